import type { MessageEntry } from '../shared/mcp/message-summary';
import type { RequestCharges, RuleCharge } from './charges';
import type { Hit } from './counters/counters';
import type { CounterStatus } from './windows/window';

/** A charge and the status of its counter after the request. */
export interface LimitStatus {
  readonly charge: RuleCharge;
  readonly status: CounterStatus;
}

/** A message of a rejected request. */
export interface RejectedMessage {
  readonly message: MessageEntry;
  /** The limit that keeps the message waiting longest; undefined if the message alone would have passed. */
  readonly blockingLimit: LimitStatus | undefined;
}

/** What the limiter decided about a request. */
export interface Decision {
  readonly admitted: boolean;
  /** The limits of all enforced charges. */
  readonly enforced: readonly LimitStatus[];
  /** The enforced limit with the longest wait, else with the least remaining units. */
  readonly tightest: LimitStatus | undefined;
  /** The ids of rules in report mode that would have rejected the request, each once. */
  readonly reported: readonly string[];
  /** All messages of a rejected request, in order; none of an admitted one. */
  readonly rejected: readonly RejectedMessage[];
}

/** Decides about a request by the result of its charges. */
export function decisionOf({ charges, messages }: RequestCharges, { admitted, statuses }: Hit): Decision {
  const all = charges.map((charge, chargeIndex): LimitStatus => ({
    charge,
    status: statuses[chargeIndex] as CounterStatus,
  }));
  const enforced = all.filter(({ charge }) => !charge.rule.isReportOnly);
  const reported = new Set<string>();
  if (admitted) {
    for (const { charge, status } of all) {
      if (charge.rule.isReportOnly && status.waitMs > 0) reported.add(charge.rule.id);
    }
  }
  return {
    admitted,
    enforced,
    tightest: tightestOf(enforced),
    reported: [...reported],
    rejected: admitted ? [] : rejectedMessages(messages, enforced),
  };
}

function rejectedMessages(
  messages: RequestCharges['messages'],
  enforced: readonly LimitStatus[],
): readonly RejectedMessage[] {
  const blocking = new Map(enforced.filter(({ status }) => status.waitMs > 0).map((limit) => [limit.charge, limit]));
  return messages.map(({ message, charges }) => ({
    message,
    blockingLimit: tightestOf(charges.flatMap((charge) => blocking.get(charge) ?? [])),
  }));
}

function tightestOf(limits: readonly LimitStatus[]): LimitStatus | undefined {
  let tightest: LimitStatus | undefined;
  for (const limit of limits) if (!tightest || isTighter(limit.status, tightest.status)) tightest = limit;
  return tightest;
}

const isTighter = (a: CounterStatus, b: CounterStatus): boolean =>
  a.waitMs !== b.waitMs
    ? a.waitMs > b.waitMs
    : a.remaining !== b.remaining
      ? a.remaining < b.remaining
      : a.resetMs > b.resetMs;
