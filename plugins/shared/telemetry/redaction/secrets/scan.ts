import type { Characters, Range } from './characters';

/** One pass over a text, from its start to its end. */
export interface Scan {
  readonly text: Characters;
  /** True if the text continues after its end: what touches the end may be incomplete. */
  readonly cut: boolean;
  /** The end of the last secret: no other one may start before. */
  floor: number;
  /** No JSON Web Token starts before this position. */
  noTokenBefore: number;
  /** The end of the last URL: of the text without spaces and quotes around its `://`. */
  urlEnd: number;
}

/**
 * The secret that is found by the character at `at`; it may start before it, but not before the floor.
 *
 * Text that a finder reads without a result must be bounded, or be skipped by the calls after it: the whole scan is
 * linear.
 */
export type Finder = (scan: Scan, at: number) => Range | undefined;
