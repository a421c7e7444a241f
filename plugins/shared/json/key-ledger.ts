import { randomBytes } from 'node:crypto';
import { KeyText, type KeyRange } from './key-text';

/** Up to this many short keys are compared one by one; beyond, or with a long one, they are hashed. */
const LINEAR_KEYS = 12;
const LINEAR_KEY_BYTES = 64;
const FIRST_TABLE_SIZE = 64;

/** Secrets of the hash, new in every process, so that no client can create keys with the same hash. */
const SECRET = randomBytes(8);
const SEED = SECRET.readInt32LE(0);
const MULTIPLIER = SECRET.readInt32LE(4) | 1;

interface Frame {
  /** The index of the first key of this object in the stacks. */
  readonly base: number;
  /** The offset of the decoded texts of its keys. */
  readonly textBase: number;
  /** Open addressing: number of the key plus one, or 0. At most half full, a power of two long. */
  table: Int32Array | undefined;
}

/**
 * The keys of the open objects while a document is scanned: finds duplicates.
 *
 * A few keys are compared byte by byte, without allocation; many go into a hash table whose hashes a client cannot predict.
 * Time is always proportional to the bytes of the keys.
 */
export class KeyLedger {
  private readonly frames: Frame[] = [];
  private readonly text: KeyText;
  private readonly ranges: KeyRange[] = [];
  private readonly hashes: number[] = [];

  constructor(bytes: Buffer) {
    this.text = new KeyText(bytes);
  }

  open(): void {
    this.frames.push({ base: this.ranges.length, textBase: this.text.length, table: undefined });
  }

  close(): void {
    const frame = this.frames.pop();
    if (!frame) return;
    this.ranges.length = frame.base;
    if (frame.table) this.hashes.length = frame.base;
    this.text.length = frame.textBase;
  }

  /** Adds the key of the innermost object between `start` and `end`, without quotes. */
  add(start: number, end: number, escaped: boolean): 'duplicate_key' | 'control_character_in_key' | undefined {
    const frame = this.frames[this.frames.length - 1];
    if (!frame) return undefined;
    const range = escaped ? this.text.decode(start, end) : { start, end };
    if (!range) return 'control_character_in_key';
    this.ranges.push(range);
    const isLong = range.end - range.start > LINEAR_KEY_BYTES;
    const isUnique =
      frame.table || isLong || this.ranges.length - frame.base > LINEAR_KEYS
        ? this.addToTable(frame)
        : this.isUnlikeOthers(frame.base, range);
    return isUnique ? undefined : 'duplicate_key';
  }

  /** True if the last added key is this one. `name` in ASCII. */
  lastIs(name: string): boolean {
    const last = this.ranges[this.ranges.length - 1];
    return last !== undefined && this.text.is(last, name);
  }

  /** The last key of each open object, from the outermost. */
  path(): string[] {
    return this.frames.map((_, i) => {
      const end = this.frames[i + 1]?.base ?? this.ranges.length;
      return this.text.textOf(this.ranges[end - 1] as KeyRange);
    });
  }

  private isUnlikeOthers(base: number, range: KeyRange): boolean {
    for (let i = base; i < this.ranges.length - 1; i++) {
      if (this.text.areEqual(this.ranges[i] as KeyRange, range)) return false;
    }
    return true;
  }

  /** Adds the last key to the table; creates a table with all keys if there is none. */
  private addToTable(frame: Frame): boolean {
    const last = this.ranges.length - 1;
    const count = last - frame.base + 1;
    if (frame.table && count * 2 <= frame.table.length) {
      this.hashes[last] = this.text.hash(this.ranges[last] as KeyRange, SEED, MULTIPLIER);
      return this.insert(frame.table, last);
    }
    const hashed = frame.table ? last : frame.base;
    for (let i = hashed; i <= last; i++) {
      this.hashes[i] = this.text.hash(this.ranges[i] as KeyRange, SEED, MULTIPLIER);
    }
    frame.table = new Int32Array(Math.max(FIRST_TABLE_SIZE, (frame.table?.length ?? 0) * 2));
    let isUnique = true;
    for (let i = frame.base; i <= last; i++) isUnique = this.insert(frame.table, i) && isUnique;
    return isUnique;
  }

  private insert(table: Int32Array, index: number): boolean {
    const mask = table.length - 1;
    const hash = this.hashes[index] as number;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const other = (table[slot] as number) - 1;
      if (other < 0) {
        table[slot] = index + 1;
        return true;
      }
      if (
        this.hashes[other] === hash &&
        this.text.areEqual(this.ranges[other] as KeyRange, this.ranges[index] as KeyRange)
      ) {
        return false;
      }
    }
  }
}
