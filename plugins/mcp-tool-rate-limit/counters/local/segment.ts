import type { Digest } from '../../digest';
import type { Window } from '../../windows/window';
import { BYTES_PER_KEY, KeySlots } from './key-slots';

const MIN_SLOTS = 4;
/** A segment grows when another row would fill it beyond this; without memory for that, it is filled up to the crowded load. */
const MAX_LOAD = 3 / 4;
const CROWDED_LOAD = 7 / 8;
/** A segment below this load shrinks, to the smallest size that is not above the resized load. */
const SPARSE_LOAD = 1 / 4;
const RESIZED_LOAD = 1 / 2;

/** Bytes of one row of a window, with its key. */
export const rowBytesOf = ({ width }: Window): number => width * Float64Array.BYTES_PER_ELEMENT + BYTES_PER_KEY;

/** Bytes of a new segment: the least that a counter of the window takes. */
export const minBytesOf = (window: Window): number => MIN_SLOTS * rowBytesOf(window);

/**
 * A hash table of rows by their keys. It has two flat arrays, one of keys and one of rows, whose indexes correspond: an
 * object per row would take several times the memory, and work of the garbage collector.
 */
export class Segment {
  /** The rows; {@link find} returns the offset of one. Replaced when the segment changes its size. */
  cells: Float64Array;
  private keys = new KeySlots(MIN_SLOTS);
  private rows = 0;

  constructor(private readonly window: Window) {
    this.cells = new Float64Array(MIN_SLOTS * window.width);
  }

  /** The number of rows. */
  get count(): number {
    return this.rows;
  }

  /** The number of slots. */
  get slots(): number {
    return this.keys.capacity;
  }

  get bytes(): number {
    return this.cells.byteLength + this.keys.bytes;
  }

  /** True if the segment should grow before another row is added. */
  get shouldGrow(): boolean {
    return this.rows + 1 > this.slots * MAX_LOAD;
  }

  /** True if there is no slot for another row unless the segment grows. */
  get isCrowded(): boolean {
    return this.rows + 1 > this.slots * CROWDED_LOAD;
  }

  /** The offset of the key's row in {@link cells}, or -1. Valid until a row is added or dropped. */
  find(key: Digest): number {
    const slot = this.keys.slotOf(key);
    return this.keys.isUsed(slot) ? slot * this.window.width : -1;
  }

  /** Keeps the key's row from being dropped as idle until {@link unpin}; false without a row. */
  pin(key: Digest): boolean {
    const slot = this.keys.slotOf(key);
    if (!this.keys.isUsed(slot)) return false;
    this.keys.pin(slot, key);
    return true;
  }

  unpin(key: Digest): void {
    const slot = this.keys.slotOf(key);
    if (this.keys.isUsed(slot)) this.keys.unpin(slot, key);
  }

  /** Adds a row of zeros. The key must have none, and the segment must not be crowded. */
  add(key: Digest): void {
    this.keys.set(this.keys.slotOf(key), key);
    this.rows += 1;
  }

  /** Removes the key's row; false without one. */
  remove(key: Digest): boolean {
    const slot = this.keys.slotOf(key);
    if (!this.keys.isUsed(slot)) return false;
    this.free(slot);
    return true;
  }

  /** Drops idle rows that are not pinned, in `slots` slots from `from` on; returns how many. */
  dropIdle(from: number, slots: number, nowMs: number): number {
    const before = this.rows;
    const end = Math.min(from + slots, this.slots);
    for (let slot = from; slot < end; slot++) {
      // Freeing a slot can move another row into it.
      while (this.isDroppable(slot, nowMs)) this.free(slot);
    }
    return before - this.rows;
  }

  /** Doubles the size. */
  grow(): void {
    this.resize(this.slots * 2);
  }

  /** Shrinks a sparse segment; returns the bytes that this frees. */
  shrink(): number {
    if (this.slots === MIN_SLOTS || this.rows > this.slots * SPARSE_LOAD) return 0;
    let slots = MIN_SLOTS;
    while (this.rows + 1 > slots * RESIZED_LOAD) slots *= 2;
    const before = this.bytes;
    if (slots < this.slots) this.resize(slots);
    return before - this.bytes;
  }

  private isDroppable(slot: number, nowMs: number): boolean {
    const { keys, window, cells } = this;
    return keys.isUsed(slot) && !keys.isPinned(slot) && window.isIdle(cells, slot * window.width, nowMs);
  }

  private free(slot: number): void {
    const { cells } = this;
    const { width } = this.window;
    const freed = this.keys.free(slot, (from, to) => {
      cells.copyWithin(to * width, from * width, (from + 1) * width);
    });
    cells.fill(0, freed * width, (freed + 1) * width);
    this.rows -= 1;
  }

  private resize(slots: number): void {
    const { cells, keys } = this;
    const { width } = this.window;
    this.keys = new KeySlots(slots);
    this.cells = new Float64Array(slots * width);
    for (let old = 0; old < keys.capacity; old++) {
      if (!keys.isUsed(old)) continue;
      const slot = this.keys.copy(keys, old);
      this.cells.set(cells.subarray(old * width, (old + 1) * width), slot * width);
    }
  }
}
