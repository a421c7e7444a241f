import type { JsonObject } from '../../../shared/json/json-object';
import { LargestCounts } from '../../../shared/llm/largest-counts';
import type { GrowingBlock } from './block';

/** An answer of the model while it streams. */
export interface OpenTurn {
  readonly blocks: Map<number, GrowingBlock>;
  /** The index that a block of the turn has for the client; absent for a block that is held back. */
  readonly indexes: Map<number, number>;
  /** The indexes of blocks that have begun and not ended. */
  readonly open: Set<number>;
  readonly counts: LargestCounts;
  usage?: JsonObject;
  delta: JsonObject;
  isStopped: boolean;
  error?: string;
}

/** Before the first event. */
export const newTurn = (): OpenTurn => ({
  blocks: new Map(),
  indexes: new Map(),
  open: new Set(),
  counts: new LargestCounts(),
  delta: {},
  isStopped: false,
});
