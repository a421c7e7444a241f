import type { JsonRecord } from '../../shared/lenient-json';
import { countsOf, positive, tokensOf, type TokenCounts } from './usage';

const CACHE_READ = ['cache_read_input_tokens', 'cacheReadInputTokenCount'];
const CACHE_WRITTEN = ['cache_creation_input_tokens', 'cacheWriteInputTokenCount'];

/**
 * Anthropic's counts, of which several events of a stream tell: each may repeat, leave out or zero what another said, so
 * the largest of each counts, and nothing is added up but the three parts of one event's input: new, read from the cache
 * and written to it, which the convention counts as input.
 */
export class LargestCounts {
  private fresh: number | undefined;
  private read: number | undefined;
  private written: number | undefined;
  private input: number | undefined;
  private output: number | undefined;
  /** False while only the start of a stream told of tokens. */
  private confirmed = false;

  /** Takes what an event says; of the parts it does not tell, the last ones told are meant. */
  take(usage: JsonRecord): void {
    const { input, output } = countsOf(usage);
    this.fresh = input ?? this.fresh;
    this.read = positive(tokensOf(usage, CACHE_READ)) ?? this.read;
    this.written = positive(tokensOf(usage, CACHE_WRITTEN)) ?? this.written;
    const sum = (this.fresh ?? 0) + (this.read ?? 0) + (this.written ?? 0);
    this.input = larger(this.input, positive(sum));
    this.output = larger(this.output, output);
  }

  /** The message came to its end, or an event told of what it has come to. */
  confirm(): void {
    this.confirmed = true;
  }

  /**
   * The counts so far. What the start alone says of output is where counting begins (0 or 1), and what a start with 0
   * says of input is a guess of servers that translate (Ollama) until the end confirms it.
   */
  counts(): TokenCounts {
    const { input, output = 0, confirmed } = this;
    return {
      input: confirmed || output > 0 ? input : undefined,
      output: confirmed ? this.output : undefined,
      total: undefined,
    };
  }
}

const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
