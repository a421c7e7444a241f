import type { Outcome } from '../../../../kong/pdk';
import type { MessageSummary } from '../../../shared/mcp/message-summary';
import type { HttpFacts } from '../../protocol/http-facts';

/** The key in `kong.ctx.shared` from which the capture functions copy the caller's id. */
export const CALLER_KEY = 'mcp_caller';

/** Encodings that every version of Node.js decodes; some do not support `zstd`. */
const SUPPORTED_ENCODINGS = /^\s*(?:(?:gzip|x-gzip|deflate|br|identity)\s*(?:;[^,]*)?(?:,|$)\s*)*$/i;

/**
 * Prepares a request whose response may contain a list of tools, so that the response can be read in the log phase: shares
 * the caller's id, and prevents an encoding that cannot be decoded.
 *
 * @param always treat every response as one that may contain a list: a server that evades pins may send it unasked
 */
export function prepareListRequest(
  outcome: Outcome,
  { method, headers }: Pick<HttpFacts, 'method' | 'headers'>,
  summary: MessageSummary | undefined,
  caller: () => string,
  always: boolean,
): Outcome {
  const asksForList = summary?.messages.some((message) => message.method === 'tools/list') ?? false;
  // A stream that a client opens may contain the response to an earlier request.
  if (outcome.kind !== 'proceed' || !(asksForList || always || method === 'GET')) return outcome;
  const share = { ...outcome.share, [CALLER_KEY]: caller() };
  if (!asksForList || headers.all('accept-encoding').every((value) => SUPPORTED_ENCODINGS.test(value))) {
    return { ...outcome, share };
  }
  return { ...outcome, share, clearUpstreamHeaders: [...(outcome.clearUpstreamHeaders ?? []), 'accept-encoding'] };
}
