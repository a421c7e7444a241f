import type { Digest, KeyText } from '../digest';
import type { Reading, WindowState } from '../windows/window';

/** What a request asks of one counter. */
export interface Charge {
  /** The window of a rule; its counters are told apart by their keys. */
  readonly window: WindowState;
  readonly key: Digest;
  /** The counter that stands in for the own one where there is none; absent: that of all for which there is no room. */
  readonly fallback?: Fallback;
  /** A positive integer. */
  readonly units: number;
  /** The number of a rule that only reports; absent for one that is enforced. */
  readonly reportOf?: number;
}

/**
 * A counter that many names share, of one caller under one rule.
 *
 * Which counter a charge falls to: its own, where that is in use, or where the name may have one and there is room for
 * it; else this one, where it is in use or there is room; else that of all for which there is no room. A new counter
 * begins as a copy of the one that the charge would have fallen to without it. So no name ever has more than its limit,
 * whenever and as often as it moves from a shared counter to its own.
 */
export interface Fallback {
  /** Names the counter. */
  readonly key: Digest;
  readonly claim: Claim;
}

/**
 * May a name have a counter of its own? A known one may; one of the few that a caller may make up may while half of the
 * room is free.
 */
export type Claim = 'known' | 'made_up' | 'none';

/** What became of the charges of a request. */
export interface Hit {
  /** True when every charge of an enforced rule fitted; only then anything was spent. */
  readonly admitted: boolean;
  /** One for each charge, in order: as after the request, with the wait as before it. */
  readonly readings: readonly Reading[];
}

/** The counters can't be reached, and nothing stands in for them. */
export interface Unavailable {
  readonly unavailable: true;
}

/** The counters of one configuration, behind one atomic verb. */
export interface Counters {
  /**
   * Spends all charges of enforced rules or none, at one moment. When they fit, those of each reporting rule are spent
   * too, if they all fit. No two charges name the same counter.
   *
   * @param place the same for all counters that one request can meet: a store of many nodes keeps them on one
   */
  hit(charges: readonly Charge[], place: KeyText): Hit | Promise<Hit | Unavailable>;
  /** Releases what the counters hold. */
  close(): Promise<void>;
}

/**
 * What is not spent of a request that is admitted, by what each counter said: the charges of the reporting rules of
 * which a charge must wait.
 *
 * @returns the numbers of these rules; undefined when an enforced charge must wait, and the request is refused
 */
export function unpaidReports(
  charges: readonly Charge[],
  readings: readonly Reading[],
): ReadonlySet<number> | undefined {
  let unpaid: Set<number> | undefined;
  for (let i = 0; i < charges.length; i++) {
    if (readings[i]?.waitMs === 0) continue;
    const reportOf = charges[i]?.reportOf;
    if (reportOf === undefined) return undefined;
    (unpaid ??= new Set()).add(reportOf);
  }
  return unpaid ?? NONE;
}

const NONE: ReadonlySet<number> = new Set();
