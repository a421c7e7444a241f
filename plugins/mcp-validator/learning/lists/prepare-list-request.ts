import type { Outcome } from '../../../../kong/pdk';
import type { MessageSummary } from '../../../shared/mcp/message-summary';
import type { HttpFacts } from '../../protocol/http-facts';

/** The key in `kong.ctx.shared` under which the capture functions find who is calling. */
export const CALLER_KEY = 'mcp_caller';

/** Codings that are undone everywhere; `zstd` is not known to every version of Node.js. */
const KNOWN_CODINGS = /^\s*(?:(?:gzip|x-gzip|deflate|br|identity)\s*(?:;[^,]*)?(?:,|$)\s*)*$/i;

/**
 * Prepares a request whose answer may hold a list of tools, so that it can be read once it has passed: says who is
 * calling, and keeps the server from an encoding that can't be undone. `always`: an answer to anything may hold one,
 * since a server that evades pins sends it where it was not asked for.
 */
export function followList(
  outcome: Outcome,
  { method, headers }: Pick<HttpFacts, 'method' | 'headers'>,
  summary: MessageSummary | undefined,
  caller: () => string,
  always: boolean,
): Outcome {
  const asksForList = summary?.messages.some((message) => message.method === 'tools/list') ?? false;
  // A stream that a client opens may bring what it asked for before.
  if (outcome.kind !== 'proceed' || !(asksForList || always || method === 'GET')) return outcome;
  const share = { ...outcome.share, [CALLER_KEY]: caller() };
  if (!asksForList || headers.all('accept-encoding').every((value) => KNOWN_CODINGS.test(value))) {
    return { ...outcome, share };
  }
  return { ...outcome, share, clearUpstreamHeaders: [...(outcome.clearUpstreamHeaders ?? []), 'accept-encoding'] };
}
