import type { JsonObject } from '../../../shared/json/json-object';

/** An answer of the model while it streams. */
export interface OpenTurn {
  /** The complete items, as the model made them. */
  readonly items: JsonObject[];
  /** The index that an item of the turn has for the client. */
  readonly indexes: Map<number, number>;
  /** The indexes of items that are held back. */
  readonly held: Set<number>;
  isDone: boolean;
  error?: string;
}

/** Before the first event. */
export const newTurn = (): OpenTurn => ({ items: [], indexes: new Map(), held: new Set(), isDone: false });
