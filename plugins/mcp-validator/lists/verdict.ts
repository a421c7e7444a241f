import type { AskedRequest } from './asked-requests';
import type { ElementCounts } from './cut-list';
import { failureOf } from './failure-body';
import type { JudgedBody } from './judge-body';
import { listMethodOf } from './list-methods';
import type { AnswerBody, AnswerHeaders } from './read-answer';

/** What became of a held response; the labels of a metric. */
export type AnswerOutcome = 'filtered' | 'untouched' | 'error' | 'unreadable' | 'too_long' | 'http_error' | 'elsewhere';

/** A held response of the server, and the requests to which it belongs. */
export interface HeldAnswer {
  readonly requests: readonly AskedRequest[];
  /** The requests were a batch. */
  readonly batch: boolean;
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: AnswerBody;
}

/** What became of the list of one request. */
export interface ListVerdict {
  readonly method: string;
  readonly outcome: AnswerOutcome;
  readonly counts?: ElementCounts;
}

/** The effects on a held response. */
export interface Verdict {
  readonly kind: 'keep' | 'replace';
  readonly outcome: AnswerOutcome;
  readonly lists: readonly ListVerdict[];
  /** Results of tools that did not match their schema. */
  readonly outputViolations: number;
  /** Absent: the status of the server. */
  readonly status?: number;
  /** Headers to set, which replace those of the server. */
  readonly headers: Readonly<Record<string, string>>;
  readonly removeHeaders: readonly string[];
  /** Absent: the body of the server. */
  readonly body?: Uint8Array;
}

/** Headers that describe the bytes of the server's body, or allow others to keep them. */
const BODY_HEADERS = [
  'Content-Encoding',
  'ETag',
  'Last-Modified',
  'Age',
  'Expires',
  'Digest',
  'Content-MD5',
  'Content-Digest',
  'Repr-Digest',
  'Accept-Ranges',
  'Content-Range',
];
const NO_CACHE = { 'Cache-Control': 'private, no-store' };
const JSON_HEADERS = { 'Content-Type': 'application/json', ...NO_CACHE };

const NO_HEADERS: Readonly<Record<string, string>> = {};
const UNCHANGED = { kind: 'keep', removeHeaders: [] } as const;

/** The client gets the response of the server. */
export function keep({ requests }: HeldAnswer, outcome: AnswerOutcome): Verdict {
  return { ...UNCHANGED, outcome, lists: listsOf(requests, outcome), outputViolations: 0, headers: NO_HEADERS };
}

/** The client gets a JSON-RPC error for each request. */
export function failure({ requests, batch }: HeldAnswer, outcome: AnswerOutcome): Verdict {
  return {
    kind: 'replace',
    outcome,
    lists: listsOf(requests, outcome),
    outputViolations: 0,
    status: 200,
    headers: JSON_HEADERS,
    removeHeaders: [...BODY_HEADERS, 'Location'],
    body: Buffer.from(failureOf(requests, batch).body),
  };
}

/** The client gets what was judged. */
export function accept({ requests }: HeldAnswer, judged: JudgedBody, isEncoded: boolean): Verdict {
  const { bytes, isChanged, responses } = judged;
  const lists = responses.flatMap(({ request, outcome, counts }): ListVerdict[] => {
    if (!listMethodOf(request.method)) return [];
    if (outcome === 'error') return [{ method: request.method, outcome }];
    const isCut = counts !== undefined && counts.hidden + counts.nameless > 0;
    return [{ method: request.method, outcome: isCut ? 'filtered' : 'untouched', ...(counts && { counts }) }];
  });
  const outputViolations = responses.filter(({ outcome }) => outcome === 'output').length;
  const outcome = overallOf(lists, outputViolations);
  const isPrivate = responses.some(({ outcome: one }) => one === 'list');
  const isReplaced = isChanged || (isEncoded && requests.length > 0);
  return {
    kind: isReplaced ? 'replace' : 'keep',
    outcome,
    lists,
    outputViolations,
    headers: isPrivate || isChanged ? NO_CACHE : NO_HEADERS,
    removeHeaders: isReplaced ? BODY_HEADERS : [],
    ...(isReplaced && { body: bytes }),
  };
}

/** The same findings, but the client gets the response of the server. */
export const withoutEffects = ({ outcome, lists, outputViolations }: Verdict): Verdict => ({
  ...UNCHANGED,
  outcome,
  lists,
  outputViolations,
  headers: NO_HEADERS,
});

function overallOf(lists: readonly ListVerdict[], outputViolations: number): AnswerOutcome {
  if (outputViolations > 0 || lists.some(({ outcome }) => outcome === 'filtered')) return 'filtered';
  return lists.length > 0 && lists.every(({ outcome }) => outcome === 'error') ? 'error' : 'untouched';
}

const listsOf = (requests: readonly AskedRequest[], outcome: AnswerOutcome): readonly ListVerdict[] =>
  requests.flatMap(({ method }) => (listMethodOf(method) ? [{ method, outcome }] : []));
