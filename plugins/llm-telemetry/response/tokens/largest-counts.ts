import type { JsonObject } from '../../../shared/json/json-object';
import { CACHE_READ, CACHE_WRITTEN, countsOf, positive, tokensOf, type TokenCounts } from './usage';

/**
 * Anthropic's counts, of which several events of a stream tell: each may repeat, leave out or zero what another said, so
 * the largest of each counts, and nothing is added up but the three parts of one event's input: new, read from the cache
 * and written to it, all of which the convention counts as input.
 */
export class LargestCounts {
  private fresh: number | undefined;
  private read: number | undefined;
  private written: number | undefined;
  private input: number | undefined;
  private output: number | undefined;
  private startOutput = 0;
  private hasLaterEvent = false;

  /**
   * Takes what the start of a stream says. Anthropic counts there at least one token of output; a start without is that
   * of a server that translates, and its input is a guess.
   */
  start(usage: JsonObject): void {
    this.startOutput = countsOf(usage).output ?? 0;
    const input = this.inputOf(usage);
    if (this.startOutput > 0) this.input = input;
  }

  /** Takes what a whole message or a later event says. */
  take(usage: JsonObject): void {
    this.hasLaterEvent = true;
    this.input = larger(this.input, this.inputOf(usage));
    this.output = larger(this.output, countsOf(usage).output);
  }

  /** The counts. A start alone counts only where the stream ended and none of it is missing. */
  counts(isWhole: boolean): TokenCounts {
    const { startOutput, hasLaterEvent } = this;
    const guess = isWhole && !hasLaterEvent ? this.sum() : undefined;
    // 1 is where Anthropic begins to count.
    const started = (isWhole || this.output !== undefined) && startOutput > 1 ? startOutput : undefined;
    return { input: this.input ?? guess, output: larger(this.output, started), total: undefined };
  }

  /** The parts that an event does not tell, or zeroes, are those that were told last. */
  private inputOf(usage: JsonObject): number | undefined {
    this.fresh = countsOf(usage).input ?? this.fresh;
    this.read = positive(tokensOf(usage, CACHE_READ)) ?? this.read;
    this.written = positive(tokensOf(usage, CACHE_WRITTEN)) ?? this.written;
    return this.sum();
  }

  private sum(): number | undefined {
    return positive((this.fresh ?? 0) + (this.read ?? 0) + (this.written ?? 0));
  }
}

const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
