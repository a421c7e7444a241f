import type { Digest } from '../../digest';
import type { WindowState } from '../../windows/window';

const KEY_WORDS = 4;
const BYTES_PER_KEY = KEY_WORDS * Uint32Array.BYTES_PER_ELEMENT;
/** Words have 30 bits: in the first one of a slot, this bit tells a key that is there from a free slot. */
const USED = 2 ** 30;
/** The same bit of the last word: the row is held, see {@link Segment.hold}. */
const HELD = 2 ** 30;
const WORD = HELD - 1;

const MIN_ROWS = 4;
/** A segment grows when it would be fuller than this; while there is no memory for that, it takes rows up to the other. */
const MAX_LOAD = 3 / 4;
const CROWDED_LOAD = 7 / 8;
/** A segment that is emptier than this shrinks, to be at most as full as the other says. */
const SPARSE_LOAD = 1 / 4;
const RESIZED_LOAD = 1 / 2;

/** Bytes of one row of a window, with its key. */
export const rowBytesOf = ({ width }: WindowState): number => width * Float64Array.BYTES_PER_ELEMENT + BYTES_PER_KEY;

/** Bytes of a new segment, the least that a counter of the window takes. */
export const leastBytesOf = (window: WindowState): number => MIN_ROWS * rowBytesOf(window);

/** An open-addressing hash table of rows under digests, which are as good as random. */
export class Segment {
  /** The rows; {@link find} gives the place of one. A change of size replaces them. */
  cells: Float64Array;
  private keys: Uint32Array;
  private capacity = MIN_ROWS;
  private rows = 0;

  constructor(private readonly window: WindowState) {
    this.cells = new Float64Array(MIN_ROWS * window.width);
    this.keys = new Uint32Array(MIN_ROWS * KEY_WORDS);
  }

  /** How many rows there are. */
  get count(): number {
    return this.rows;
  }

  /** How many slots there are. */
  get slots(): number {
    return this.capacity;
  }

  get bytes(): number {
    return this.cells.byteLength + this.keys.byteLength;
  }

  /** Should the segment grow before it takes another row? */
  get wantsToGrow(): boolean {
    return this.rows + 1 > this.capacity * MAX_LOAD;
  }

  /** Is there no slot for another row, unless the segment grows? */
  get isCrowded(): boolean {
    return this.rows + 1 > this.capacity * CROWDED_LOAD;
  }

  /** Where in {@link cells} the row of the counter begins; -1 without one. Holds until a row is added or dropped. */
  find(key: Digest): number {
    const slot = this.slotOf(key.words);
    return isUsed(this.keys, slot) ? slot * this.window.width : -1;
  }

  /** Keeps the row from being dropped as idle, until {@link release}; false without one. */
  hold(key: Digest): boolean {
    const slot = this.slotOf(key.words);
    if (!isUsed(this.keys, slot)) return false;
    this.keys[slot * KEY_WORDS + 3] = (key.words[3] | HELD) >>> 0;
    return true;
  }

  release(key: Digest): void {
    const slot = this.slotOf(key.words);
    if (isUsed(this.keys, slot)) this.keys[slot * KEY_WORDS + 3] = key.words[3];
  }

  /** Adds a row of zeros, for a key that has none and in a segment that is not crowded. */
  add({ words }: Digest): void {
    const { keys } = this;
    const at = this.slotOf(words) * KEY_WORDS;
    keys[at] = words[0] + USED;
    keys[at + 1] = words[1];
    keys[at + 2] = words[2];
    keys[at + 3] = words[3];
    this.rows += 1;
  }

  /** Drops the row; false without one. */
  remove(key: Digest): boolean {
    const slot = this.slotOf(key.words);
    if (!isUsed(this.keys, slot)) return false;
    this.free(slot);
    return true;
  }

  /** Drops the rows that are idle, and not held, among `slots` slots from `from` on; gives how many. */
  dropIdle(from: number, slots: number, nowMs: number): number {
    const before = this.rows;
    const end = Math.min(from + slots, this.capacity);
    for (let slot = from; slot < end; slot++) {
      // Another row may have moved into the slot.
      while (this.isDroppable(slot, nowMs)) this.free(slot);
    }
    return before - this.rows;
  }

  /** Takes twice the room. */
  grow(): void {
    this.resize(this.capacity * 2);
  }

  /** Gives back room, where there is a lot of it; gives the bytes. */
  shrink(): number {
    if (this.capacity === MIN_ROWS || this.rows > this.capacity * SPARSE_LOAD) return 0;
    let capacity = MIN_ROWS;
    while (this.rows + 1 > capacity * RESIZED_LOAD) capacity *= 2;
    const before = this.bytes;
    if (capacity < this.capacity) this.resize(capacity);
    return before - this.bytes;
  }

  private isDroppable(slot: number, nowMs: number): boolean {
    const { keys, window } = this;
    if (!isUsed(keys, slot) || (keys[slot * KEY_WORDS + 3] ?? 0) >= HELD) return false;
    return window.isIdle(this.cells, slot * window.width, nowMs);
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
    this.rows -= 1;
  }

  private resize(capacity: number): void {
    const { cells, keys, capacity: before } = this;
    const { width } = this.window;
    this.capacity = capacity;
    this.cells = new Float64Array(capacity * width);
    this.keys = new Uint32Array(capacity * KEY_WORDS);
    const mask = capacity - 1;
    for (let old = 0; old < before; old++) {
      if (!isUsed(keys, old)) continue;
      let slot = (keys[old * KEY_WORDS + 1] ?? 0) & mask;
      while (isUsed(this.keys, slot)) slot = (slot + 1) & mask;
      this.keys.set(keys.subarray(old * KEY_WORDS, (old + 1) * KEY_WORDS), slot * KEY_WORDS);
      this.cells.set(cells.subarray(old * width, (old + 1) * width), slot * width);
    }
  }
}

const isUsed = (keys: Uint32Array, slot: number): boolean => keys[slot * KEY_WORDS] !== 0;

function isAt(keys: Uint32Array, slot: number, words: Digest['words']): boolean {
  const at = slot * KEY_WORDS;
  return (
    keys[at] === words[0] + USED &&
    keys[at + 1] === words[1] &&
    keys[at + 2] === words[2] &&
    ((keys[at + 3] ?? 0) & WORD) === words[3]
  );
}
