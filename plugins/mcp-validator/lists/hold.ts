import type { MessageEntry, MessageSummary } from '../../shared/mcp/message-summary';
import { isOutputCall } from '../outputs/learned-outputs';
import { askedRequestsOf } from './asked-requests';
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
  const reason = summary && reasonOf(summary.messages, rules, checksOutputOf);
  return reason && { reason, failure: failureOf(askedRequestsOf(summary), summary.batch) };
}

function reasonOf(
  messages: readonly MessageEntry[],
  { hides, readsTools }: HoldRules,
  checksOutputOf: (tool: string) => boolean,
): HoldCause | undefined {
  let reason: HoldCause | undefined;
  for (const message of messages) {
    if (message.kind !== 'request') continue;
    const list = listMethodOf(message.method);
    if (list && (hides.has(list.kind) || (readsTools && list.kind === 'tools'))) return 'list';
    if (isOutputCall(message) && checksOutputOf(message.name)) reason = 'output';
  }
  return reason;
}
