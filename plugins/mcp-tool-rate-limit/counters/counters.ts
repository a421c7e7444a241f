import type { Digest, EncodedParts } from '../digest';
import type { CounterStatus, Window } from '../windows/window';

/** The units that a request asks of one counter. */
export interface Charge {
  /** A window of a rule. The counters of one window are told apart by their keys. */
  readonly window: Window;
  readonly key: Digest;
  /** Used while the charge has no counter of its own. Absent: only the overflow counter of the window is. */
  readonly sharedCounter?: SharedCounter;
  /** A positive integer. */
  readonly units: number;
  /** The index of a rule in report mode; absent for an enforced rule. */
  readonly reportRule?: number;
}

/**
 * A counter that many names of one caller share under one rule.
 *
 * A charge is counted by the first of these:
 * 1. its own counter, if that is in use, or if the charge may have one and there is room;
 * 2. the shared counter, if that is in use or there is room;
 * 3. the overflow counter of the window, which all charges share for which there is no room.
 *
 * A new counter starts as a copy of the one that would have been used without it. So a name never gets more than its
 * limit, however often it moves between a shared counter and its own.
 */
export interface SharedCounter {
  readonly key: Digest;
  /** Whether the charge may have a counter of its own. */
  readonly ownCounter: OwnCounter;
}

/** When a name may have a counter of its own: always, only while half of the memory is free, or never. */
export type OwnCounter = 'always' | 'while_half_free' | 'never';

/** The result of a request's charges. */
export interface Hit {
  /** True when every charge of an enforced rule fits. Otherwise nothing is spent. */
  readonly admitted: boolean;
  /**
   * One per charge, in the order of the charges: as after the request, except that the wait is as before it. Not
   * records with the charge, because a store may count other charges than it is given (see `ScaledCounters`).
   */
  readonly statuses: readonly CounterStatus[];
}

/** The store of the counters failed, and there is no other to count with. */
export interface Unavailable {
  readonly unavailable: true;
}

/** The counters of one configuration. */
export interface Counters {
  /**
   * Spends the charges of all enforced rules or of none, atomically. If they fit, also spends the charges of each rule
   * in report mode whose charges all fit. No two charges may name the same counter.
   *
   * @param hashTag the same for all requests that may use the same counter: with Redis Cluster it selects the hash tag of
   *   the keys
   */
  hit(charges: readonly Charge[], hashTag: EncodedParts): Hit | Promise<Hit | Unavailable>;
  /** Releases the resources of the counters. */
  close(): Promise<void>;
}

/**
 * Decides what an admitted request does not spend: the charges of rules in report mode that have a charge which does not
 * fit.
 *
 * @param statuses one per charge, in the order of the charges
 * @returns the indexes of these rules; undefined when a charge of an enforced rule does not fit, so that the request is
 *   rejected
 */
export function exceededReports(
  charges: readonly Charge[],
  statuses: readonly CounterStatus[],
): ReadonlySet<number> | undefined {
  let exceeded: Set<number> | undefined;
  for (let i = 0; i < charges.length; i++) {
    if (statuses[i]?.waitMs === 0) continue;
    const reportRule = charges[i]?.reportRule;
    if (reportRule === undefined) return undefined;
    (exceeded ??= new Set()).add(reportRule);
  }
  return exceeded ?? NONE;
}

const NONE: ReadonlySet<number> = new Set();
