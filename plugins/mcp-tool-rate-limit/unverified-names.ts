import { LRUCache } from 'lru-cache';
import type { Digest } from './digest';

/** The bounds of {@link MadeUpNames}. */
export interface MadeUpOptions {
  /** Names of one caller under one rule that may have counters of their own. */
  readonly maxNames: number;
  /** Callers that are remembered, the longest unseen forgotten first. */
  readonly maxCallers?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** What one caller named in the period, and in the one before it: each name by 52 bits of its digest. */
interface Named {
  period: number;
  current: number[];
  previous: number[];
}

/** Some 3 MB at most, with the default of `max_names_per_caller`; and 1 MB. */
const MAX_CALLERS = 4096;
const MAX_RECENT = 16_384;

/**
 * Remembers which names callers have used of those that nobody vouches for, so that each caller has counters of their
 * own for a few of these.
 *
 * A name counts until it was not used for a whole period: as long as its counter may be in use.
 */
export class MadeUpNames {
  private readonly callers: LRUCache<string, Named>;
  /** Names that were allowed in a period, so that most calls need not look at their caller. */
  private readonly recent = new Map<number, number>();

  constructor(private readonly options: MadeUpOptions) {
    this.callers = new LRUCache({ max: options.maxCallers ?? MAX_CALLERS });
  }

  /**
   * Is the name one of those few? Notes its use.
   *
   * @param caller by its key under one rule
   * @param periodMs the longest that a counter of the rule stays in use
   */
  allows(caller: { readonly key: Digest }, name: Digest, periodMs: number): boolean {
    const period = Math.floor(this.options.nowMs() / periodMs);
    const bits = bitsOf(name);
    if (this.recent.get(bits) === period) return true;
    if (!this.isFirstOfFew(this.namedBy(caller.key.text, period), bits)) return false;
    if (this.recent.size >= MAX_RECENT) this.recent.clear();
    this.recent.set(bits, period);
    return true;
  }

  private isFirstOfFew(named: Named, bits: number): boolean {
    if (named.current.includes(bits)) return true;
    const at = named.previous.indexOf(bits);
    if (at >= 0) named.previous.splice(at, 1);
    else if (named.current.length + named.previous.length >= this.options.maxNames) return false;
    named.current.push(bits);
    return true;
  }

  private namedBy(caller: string, period: number): Named {
    let named = this.callers.get(caller);
    if (!named) this.callers.set(caller, (named = { period, current: [], previous: [] }));
    if (named.period !== period) {
      named.previous = named.period === period - 1 ? named.current : [];
      named.current = [];
      named.period = period;
    }
    return named;
  }
}

/** An integer that is exact as a double. */
const bitsOf = ({ words }: Digest): number => words[0] * 2 ** 22 + (words[1] >> 8);
