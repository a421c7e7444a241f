import type { MessageSummary } from '../../shared/mcp/message-summary';
import { outputCalls } from '../outputs/learned-outputs';
import { askedRequestsOf, type AskedRequest } from './asked-requests';
import { failureOf, type Failure } from './failure-body';
import { listMethodOf, type ListKind } from './list-methods';

/** What the configuration needs of responses. */
export interface HoldRules {
  /** The kinds whose lists are cut. */
  readonly hides: ReadonlySet<ListKind>;
  /** Lists of tools are read: to learn them, to compare them with pins, or for their output schemas. */
  readonly readsTools: boolean;
}

/** What is to be judged: a list, or the result of a tool. */
export type HoldCause = 'list' | 'output';

/** Why a response is held, and what the client gets if it cannot be judged. */
export interface Hold {
  readonly reason: HoldCause;
  readonly failure: Failure;
}

/**
 * Decides whether the response to a request must be read as a whole before the client gets it; undefined for all requests
 * whose response can be streamed.
 *
 * @param checksOutputOf true for a tool whose results must match a known schema before the client gets them
 */
export function wantsHold(
  summary: MessageSummary | undefined,
  rules: HoldRules,
  checksOutputOf: (tool: string) => boolean,
): Hold | undefined {
  if (!summary || !summary.messages.some(({ method }) => isHeldMethod(method))) return undefined;
  const requests = askedRequestsOf(summary);
  const reason = reasonOf(requests, rules, checksOutputOf);
  return reason && { reason, failure: failureOf(requests, summary.batch) };
}

/** Spares other requests the work. */
const isHeldMethod = (method: string | undefined): boolean =>
  method === 'tools/call' || listMethodOf(method) !== undefined;

function reasonOf(
  requests: readonly AskedRequest[],
  { hides, readsTools }: HoldRules,
  checksOutputOf: (tool: string) => boolean,
): HoldCause | undefined {
  const isList = requests.some(({ method }) => {
    const list = listMethodOf(method);
    return list !== undefined && (hides.has(list.kind) || (readsTools && list.kind === 'tools'));
  });
  if (isList) return 'list';
  return outputCalls(requests).some(({ name }) => checksOutputOf(name)) ? 'output' : undefined;
}
