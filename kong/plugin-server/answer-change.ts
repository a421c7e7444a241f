import type { AnswerOutcome, Reject } from '../pdk';

/** What the parts of a plugin changed of an answer, in one. */
export interface AnswerChange {
  /** Absent if it stays. */
  readonly status?: number;
  /** By their names in lower case. */
  readonly set: ReadonlyMap<string, readonly [name: string, value: string | readonly string[]]>;
  /** Names in lower case. */
  readonly remove: ReadonlySet<string>;
  /** Absent if it stays. */
  readonly body?: Uint8Array;
}

/** The headers of an answer by their names in lower case, as Kong returns them. */
export type AnswerHeaders = Readonly<Record<string, unknown>>;

export const NO_CHANGE: AnswerChange = { set: new Map(), remove: new Set() };

/** Headers that describe the bytes of a body, in lower case: wrong for other bytes. */
const ABOUT_BODY = [
  ...['accept-ranges', 'content-digest', 'content-encoding', 'content-md5', 'content-range', 'digest', 'etag'],
  ...['last-modified', 'repr-digest', 'trailer'],
];

/** Headers that belong to the content of an answer, in lower case: a rejection does not have them. */
const ABOUT_CONTENT = [
  ...ABOUT_BODY,
  ...['content-disposition', 'content-language', 'content-location', 'link', 'location', 'refresh'],
];

/** Adds what one more part decided. */
export function addChange(change: AnswerChange, outcome: Exclude<AnswerOutcome, Reject>): AnswerChange {
  if (outcome.kind === 'keep') return { ...change, ...withHeaders(change, [], outcome.headers) };
  const { status = change.status, headers, removeHeaders = [], body } = outcome;
  return {
    ...withHeaders(change, [...ABOUT_BODY, ...removeHeaders], headers),
    ...(status !== undefined && { status }),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

/** Adds a rejection: it replaces everything that belongs to the content. */
export function addRejection(change: AnswerChange, { status, headers, body }: Reject): AnswerChange {
  return { ...withHeaders(change, ABOUT_CONTENT, headers), status, body: Buffer.from(body) };
}

function withHeaders(
  change: AnswerChange,
  removed: readonly string[],
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Pick<AnswerChange, 'set' | 'remove'> {
  const set = new Map(change.set);
  const remove = new Set(change.remove);
  for (const name of removed) {
    set.delete(name.toLowerCase());
    remove.add(name.toLowerCase());
  }
  for (const [name, value] of Object.entries(headers)) {
    set.set(name.toLowerCase(), [name, value]);
    remove.delete(name.toLowerCase());
  }
  return { set, remove };
}

/** The headers as Kong would return them after the change. */
export function changedHeaders(headers: AnswerHeaders, { set, remove, body }: AnswerChange): AnswerHeaders {
  const changed = new Map(Object.entries(headers));
  for (const name of remove) changed.delete(name);
  if (body) changed.set('content-length', String(body.length));
  for (const [name, [, value]] of set) changed.set(name, value);
  return Object.fromEntries(changed);
}
