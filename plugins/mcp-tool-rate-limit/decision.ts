import type { Bill, RuleCharge } from './charges';
import type { Hit } from './counters/counters';
import type { Reading } from './windows/window';

/** Where one counter stands after a request, for its headers and answers. */
export interface Standing {
  readonly charge: RuleCharge;
  readonly reading: Reading;
}

/** What is decided of a request. */
export interface Verdict {
  readonly admitted: boolean;
  /** The standing of each enforced charge. */
  readonly standings: readonly Standing[];
  /** The tightest enforced standing: the one that makes the caller wait longest, else with the least remaining. */
  readonly tightest: Standing | undefined;
  /** The ids of reporting rules that would have refused the request, each once. */
  readonly reported: readonly string[];
  /** For each message: the standing that keeps it waiting longest; undefined for one that would have passed. */
  readonly culprits: readonly (Standing | undefined)[];
}

/** Turns what the counters said into a verdict. */
export function verdictOf({ charges, chargesOf }: Bill, { admitted, readings }: Hit): Verdict {
  const all = charges.map((charge, i): Standing => ({ charge, reading: readings[i] as Reading }));
  const enforced = all.filter(({ charge }) => !charge.rule.reports);
  const reported = new Set<string>();
  if (admitted)
    for (const { charge, reading } of all) if (charge.rule.reports && reading.waitMs > 0) reported.add(charge.rule.id);
  return {
    admitted,
    standings: enforced,
    tightest: tightestOf(enforced),
    reported: [...reported],
    culprits: admitted ? [] : chargesOf.map((places) => culpritOf(places, all)),
  };
}

function culpritOf(places: readonly number[], all: readonly Standing[]): Standing | undefined {
  const waiting = places.flatMap((place) => {
    const standing = all[place];
    return standing && !standing.charge.rule.reports && standing.reading.waitMs > 0 ? [standing] : [];
  });
  return tightestOf(waiting);
}

function tightestOf(standings: readonly Standing[]): Standing | undefined {
  let tightest: Standing | undefined;
  for (const standing of standings) if (!tightest || isTighter(standing.reading, tightest.reading)) tightest = standing;
  return tightest;
}

const isTighter = (a: Reading, b: Reading): boolean =>
  a.waitMs !== b.waitMs
    ? a.waitMs > b.waitMs
    : a.remaining !== b.remaining
      ? a.remaining < b.remaining
      : a.resetMs > b.resetMs;
