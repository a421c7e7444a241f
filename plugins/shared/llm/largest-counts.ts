import type { JsonObject } from '../json/json-object';
import { CACHE_READ, CACHE_WRITTEN, countsOf, positive, tokensOf, type TokenCounts } from './usage';

/**
 * Anthropic's token counts, which several events of a stream report. Each event may repeat, omit or zero the counts of
 * another, so the largest of each is used. Only the three parts of one event's input are added: new, read from the
 * cache and written to the cache, all of which are input in the conventions.
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
   * Reads the counts at the start of a stream. Anthropic counts at least one output token there; a start without any is
   * from a server that translates another API, and its input is a guess.
   */
  start(usage: JsonObject): void {
    this.startOutput = countsOf(usage).output ?? 0;
    const input = this.inputOf(usage);
    if (this.startOutput > 0) this.input = input;
  }

  /** Reads the counts of a whole message or of a later event. */
  take(usage: JsonObject): void {
    this.hasLaterEvent = true;
    this.input = larger(this.input, this.inputOf(usage));
    this.output = larger(this.output, countsOf(usage).output);
  }

  /** The counts. Those of the start are used alone only if the stream ended and is complete. */
  counts(isWhole: boolean): TokenCounts {
    const { startOutput, hasLaterEvent } = this;
    const guess = isWhole && !hasLaterEvent ? this.sum() : undefined;
    // Anthropic starts counting at 1.
    const started = (isWhole || this.output !== undefined) && startOutput > 1 ? startOutput : undefined;
    return { input: this.input ?? guess, output: larger(this.output, started), total: undefined };
  }

  /** Parts that an event omits or zeroes keep their last value. */
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
