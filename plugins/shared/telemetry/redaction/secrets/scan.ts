import type { Characters, Range } from './characters';

/** One pass over a text, from its start to its end. */
export interface Scan {
  readonly text: Characters;
  /** True when the text goes on after its end: what touches the end may be half of something. */
  readonly cut: boolean;
  /** Where the last secret ended: no other one may begin before. */
  floor: number;
  /** No JSON Web Token begins before this. */
  noTokenBefore: number;
  /** Where the last URL ends: the end of the text without spaces and quotes that holds its `://`. */
  urlEnd: number;
}

/**
 * The secret that is told by the character at `at`; it may begin before it, not before the floor.
 *
 * What a finder reads and does not take must be bounded, or be skipped by the calls after it: the whole scan is linear.
 */
export type Finder = (scan: Scan, at: number) => Range | undefined;
