import { LRUCache } from 'lru-cache';
import type { Digest } from './digest';

/** The bounds of {@link UnverifiedNames}. */
export interface UnverifiedNamesOptions {
  /** How many names of a caller under a rule may have counters of their own. */
  readonly maxNames: number;
  /** How many callers are remembered; the least recently seen is forgotten first. */
  readonly maxCallers?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** The names that one caller used in the period and in the previous one: 52 bits of each name's digest. */
interface UsedNames {
  period: number;
  current: number[];
  previous: number[];
}

/** 3 MB at most with the default of `max_names_per_caller`. */
const MAX_CALLERS = 4096;
/** 1 MB at most. */
const MAX_RECENT = 16_384;

/**
 * Remembers which names callers used that neither a rule nor a server vouches for. A few of them per caller may have
 * counters of their own.
 *
 * A name counts until it has not been used for a whole period, which is as long as its counter may be in use.
 */
export class UnverifiedNames {
  private readonly callers: LRUCache<string, UsedNames>;
  /** Names that were admitted in a period: most calls need not look up their caller. */
  private readonly recent = new Map<number, number>();

  constructor(private readonly options: UnverifiedNamesOptions) {
    this.callers = new LRUCache({ max: options.maxCallers ?? MAX_CALLERS });
  }

  /**
   * Records the use of a name; true if it is one of the few.
   *
   * @param caller by its key under one rule
   * @param periodMs the longest time that a counter of the rule stays in use
   */
  admits(caller: { readonly key: Digest }, name: Digest, periodMs: number): boolean {
    const period = Math.floor(this.options.nowMs() / periodMs);
    const bits = bitsOf(name);
    if (this.recent.get(bits) === period) return true;
    if (!this.add(this.usedBy(caller.key.text, period), bits)) return false;
    if (this.recent.size >= MAX_RECENT) this.recent.clear();
    this.recent.set(bits, period);
    return true;
  }

  private add(names: UsedNames, bits: number): boolean {
    if (names.current.includes(bits)) return true;
    const index = names.previous.indexOf(bits);
    if (index >= 0) names.previous.splice(index, 1);
    else if (names.current.length + names.previous.length >= this.options.maxNames) return false;
    names.current.push(bits);
    return true;
  }

  private usedBy(caller: string, period: number): UsedNames {
    let names = this.callers.get(caller);
    if (!names) this.callers.set(caller, (names = { period, current: [], previous: [] }));
    if (names.period !== period) {
      names.previous = names.period === period - 1 ? names.current : [];
      names.current = [];
      names.period = period;
    }
    return names;
  }
}

/** An integer that a double holds exactly. */
const bitsOf = ({ words }: Digest): number => words[0] * 2 ** 22 + (words[1] >> 8);
