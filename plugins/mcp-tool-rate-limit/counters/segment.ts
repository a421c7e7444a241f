import type { Digest } from '../keys';
import type { WindowState } from '../windows/window';

const KEY_WORDS = 4;
/** Words have 30 bits: this one tells the first word of a key that is there from a free place. */
const USED = 2 ** 30;
const MIN_ROWS = 8;
/** A table is rebuilt when it is fuller than this, into one that is at most as full as the other says. */
const MAX_LOAD = 3 / 4;
const REBUILT_LOAD = 1 / 2;

/** An open-addressing hash table of rows under digests, which are as good as random. */
export class Segment {
  /** The rows; {@link find} gives the place of one. A rebuild replaces them. */
  cells: Float64Array;
  private keys: Uint32Array;
  private capacity = MIN_ROWS;
  private count = 0;

  constructor(private readonly window: WindowState) {
    this.cells = new Float64Array(MIN_ROWS * window.width);
    this.keys = new Uint32Array(MIN_ROWS * KEY_WORDS);
  }

  /** Where in {@link cells} the row of the counter begins; -1 without one. Holds until the next row is added. */
  find(key: Digest): number {
    const slot = this.slotOf(key.words);
    return isUsed(this.keys, slot) ? slot * this.window.width : -1;
  }

  /** Adds a row of zeros for a key that has none; gives how many idle rows were dropped to make room. */
  add(key: Digest, nowMs: number): number {
    const dropped = this.count + 1 > this.capacity * MAX_LOAD ? this.rebuild(nowMs) : 0;
    this.occupy(this.slotOf(key.words), key.words);
    return dropped;
  }

  /** Drops the idle rows among `slots` slots from `from` on; gives how many. */
  dropIdle(from: number, slots: number, nowMs: number): number {
    const before = this.count;
    const end = Math.min(from + slots, this.capacity);
    for (let slot = from; slot < end; slot++) {
      // Another row may have moved into the slot.
      while (isUsed(this.keys, slot) && this.window.isIdle(this.cells, slot * this.window.width, nowMs))
        this.free(slot);
    }
    return before - this.count;
  }

  /** How many slots there are. */
  get slots(): number {
    return this.capacity;
  }

  get bytes(): number {
    return this.cells.byteLength + this.keys.byteLength;
  }

  /** The slot of the key, or the free one where it belongs. */
  private slotOf(words: Digest['words']): number {
    const { keys } = this;
    const mask = this.capacity - 1;
    let slot = words[1] & mask;
    while (isUsed(keys, slot) && !isAt(keys, slot, words)) slot = (slot + 1) & mask;
    return slot;
  }

  /** Frees a slot, and closes the gap for rows that stand behind it because it was taken. */
  private free(slot: number): void {
    const { keys, cells } = this;
    const { width } = this.window;
    const mask = this.capacity - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; isUsed(keys, next); next = (next + 1) & mask) {
      const home = (keys[next * KEY_WORDS + 1] ?? 0) & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      keys.copyWithin(gap * KEY_WORDS, next * KEY_WORDS, (next + 1) * KEY_WORDS);
      cells.copyWithin(gap * width, next * width, (next + 1) * width);
      gap = next;
    }
    keys[gap * KEY_WORDS] = 0;
    cells.fill(0, gap * width, (gap + 1) * width);
    this.count -= 1;
  }

  private occupy(slot: number, words: Digest['words']): void {
    const { keys } = this;
    const at = slot * KEY_WORDS;
    keys[at] = words[0] + USED;
    keys[at + 1] = words[1];
    keys[at + 2] = words[2];
    keys[at + 3] = words[3];
    this.count += 1;
  }

  /** Drops the idle rows, and takes as much room as the others need; gives how many were dropped. */
  private rebuild(nowMs: number): number {
    const dropped = this.dropIdle(0, this.capacity, nowMs);
    let capacity = MIN_ROWS;
    while (this.count + 1 > capacity * REBUILT_LOAD) capacity *= 2;
    if (capacity !== this.capacity) this.resize(capacity);
    return dropped;
  }

  private resize(capacity: number): void {
    const { cells, keys, capacity: before } = this;
    const { width } = this.window;
    this.capacity = capacity;
    this.cells = new Float64Array(capacity * width);
    this.keys = new Uint32Array(capacity * KEY_WORDS);
    this.count = 0;
    for (let old = 0; old < before; old++) {
      if (!isUsed(keys, old)) continue;
      const at = old * KEY_WORDS;
      const words: Digest['words'] = [(keys[at] ?? 0) - USED, keys[at + 1] ?? 0, keys[at + 2] ?? 0, keys[at + 3] ?? 0];
      const slot = this.slotOf(words);
      this.occupy(slot, words);
      this.cells.set(cells.subarray(old * width, (old + 1) * width), slot * width);
    }
  }
}

const isUsed = (keys: Uint32Array, slot: number): boolean => keys[slot * KEY_WORDS] !== 0;

function isAt(keys: Uint32Array, slot: number, words: Digest['words']): boolean {
  const at = slot * KEY_WORDS;
  return (
    keys[at] === words[0] + USED && keys[at + 1] === words[1] && keys[at + 2] === words[2] && keys[at + 3] === words[3]
  );
}
