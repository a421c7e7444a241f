import type { Digest } from '../../digest';

const KEY_WORDS = 4;

/** Bytes of one slot. */
export const BYTES_PER_KEY = KEY_WORDS * Uint32Array.BYTES_PER_ELEMENT;

/** Words have 30 bits. In the first word of a slot, this bit marks the slot as used. */
const USED = 2 ** 30;
/** In the last word of a slot, the same bit marks its row as pinned. */
const PINNED = 2 ** 30;
const WORD = PINNED - 1;

/**
 * The keys of an open-addressing hash table with linear probing: a flat array, four words per slot. Digests are as good
 * as random, so a part of the key is its hash.
 */
export class KeySlots {
  private readonly words: Uint32Array;
  private readonly mask: number;

  /** `capacity`: the number of slots, a power of two. */
  constructor(readonly capacity: number) {
    this.words = new Uint32Array(capacity * KEY_WORDS);
    this.mask = capacity - 1;
  }

  get bytes(): number {
    return this.words.byteLength;
  }

  isUsed(slot: number): boolean {
    return this.words[slot * KEY_WORDS] !== 0;
  }

  isPinned(slot: number): boolean {
    return (this.words[slot * KEY_WORDS + 3] ?? 0) >= PINNED;
  }

  /** The slot of the key, or the free one where it belongs. */
  slotOf({ words }: Digest): number {
    let slot = words[1] & this.mask;
    while (this.isUsed(slot) && !this.isAt(slot, words)) slot = (slot + 1) & this.mask;
    return slot;
  }

  /** Writes a key to a free slot. */
  set(slot: number, { words }: Digest): void {
    const start = slot * KEY_WORDS;
    this.words[start] = words[0] + USED;
    this.words[start + 1] = words[1];
    this.words[start + 2] = words[2];
    this.words[start + 3] = words[3];
  }

  pin(slot: number, { words }: Digest): void {
    this.words[slot * KEY_WORDS + 3] = (words[3] | PINNED) >>> 0;
  }

  unpin(slot: number, { words }: Digest): void {
    this.words[slot * KEY_WORDS + 3] = words[3];
  }

  /**
   * Frees a slot, and closes the gap: moves keys behind it that would not be found otherwise.
   *
   * @param onMove called for each key that moves to another slot
   * @returns the slot that is free at the end
   */
  free(slot: number, onMove: (from: number, to: number) => void): number {
    let gap = slot;
    for (let next = (gap + 1) & this.mask; this.isUsed(next); next = (next + 1) & this.mask) {
      const home = this.homeOf(next);
      if (((next - home) & this.mask) < ((next - gap) & this.mask)) continue;
      this.words.copyWithin(gap * KEY_WORDS, next * KEY_WORDS, (next + 1) * KEY_WORDS);
      onMove(next, gap);
      gap = next;
    }
    this.words[gap * KEY_WORDS] = 0;
    return gap;
  }

  /** Copies a used slot of another array; returns its slot here. */
  copy(from: KeySlots, fromSlot: number): number {
    let slot = from.hashOf(fromSlot) & this.mask;
    while (this.isUsed(slot)) slot = (slot + 1) & this.mask;
    this.words.set(from.words.subarray(fromSlot * KEY_WORDS, (fromSlot + 1) * KEY_WORDS), slot * KEY_WORDS);
    return slot;
  }

  private homeOf(slot: number): number {
    return this.hashOf(slot) & this.mask;
  }

  private hashOf(slot: number): number {
    return this.words[slot * KEY_WORDS + 1] ?? 0;
  }

  private isAt(slot: number, words: Digest['words']): boolean {
    const start = slot * KEY_WORDS;
    return (
      this.words[start] === words[0] + USED &&
      this.words[start + 1] === words[1] &&
      this.words[start + 2] === words[2] &&
      ((this.words[start + 3] ?? 0) & WORD) === words[3]
    );
  }
}
