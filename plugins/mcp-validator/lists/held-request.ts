import type { Proceed } from '../../../kong/pdk';
import { isJsonObject } from '../../shared/json/json-object';
import type { CallerFacts } from '../policy/caller-rules';
import type { HttpFacts } from '../protocol/http-facts';
import type { AskedRequest } from './asked-requests';
import type { Hold } from './hold';

/** The key in `kong.ctx.shared` of what the access phase tells the phases after it about a request whose response is held. */
export const HELD_KEY = 'mcp_held';

/** What the response phase must know about a request. */
export interface HeldRequest {
  readonly requests: readonly AskedRequest[];
  readonly batch: boolean;
  /** The revision lets clients cache lists. */
  readonly isModern: boolean;
  /** The name of Kong's service. */
  readonly service: string;
  /** The entries of `paths` to which the path may belong. */
  readonly endpoints: readonly string[];
  /** The caller as the rules saw it. */
  readonly caller?: CallerFacts | undefined;
  /** Whose lists these are, for what is learned from them. */
  readonly callerId?: string;
}

/** Conditions and ranges would get a part of a list; a coding would have to be decoded. */
const CLEARED = new Set(['range', 'if-range', 'if-none-match', 'if-match', 'if-modified-since', 'if-unmodified-since']);

/** Holds the response to a request, and makes the server send all of it, without a content coding. */
export const holdRequest = (
  outcome: Proceed,
  hold: Hold,
  request: HeldRequest,
  facts: Pick<HttpFacts, 'headers' | 'headersTruncated'>,
): Proceed => ({
  ...outcome,
  hold,
  // A text: Kong's conversion of other values loses empty lists and false.
  share: { ...outcome.share, [HELD_KEY]: JSON.stringify(request) },
  upstreamHeaders: { ...outcome.upstreamHeaders, 'Accept-Encoding': 'identity' },
  clearUpstreamHeaders: [...(outcome.clearUpstreamHeaders ?? []), ...headersToClear(facts)],
});

/** Those that the request has: each one costs Kong a call. Some servers read `If_Match` as `If-Match`. */
const headersToClear = ({ headers, headersTruncated }: Pick<HttpFacts, 'headers' | 'headersTruncated'>): string[] => {
  const found = [...headers.names()].filter((name) => CLEARED.has(name.replaceAll('_', '-')));
  return headersTruncated ? [...CLEARED, ...found] : found;
};

/** Put in place of the request once its response is judged. */
export const JUDGED = 'judged';

/** The value of {@link HELD_KEY}; undefined for a request whose response is not held. */
export const heldText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** @throws Error when the text is not one of {@link holdRequest} */
export function readHeldRequest(text: string | undefined): HeldRequest {
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isJsonObject(value) || !Array.isArray(value['requests'])) throw new Error('the held request is unknown');
  return value as unknown as HeldRequest;
}
