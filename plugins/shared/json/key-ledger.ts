/** Beyond this many keys, or with an escaped one, an object's keys are kept in a set. */
const LINEAR_KEYS = 12;

/** V8 hashes texts that look like array indices without its seed, so that a client can make them collide. */
const SEEDED = 'k';

const hasControlCharacter = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20) return true;
  return false;
};

interface Frame {
  /** Where the keys of this object begin in the stack of ranges. */
  readonly base: number;
  names: Set<string> | undefined;
}

/**
 * The keys of the objects that are open while a document is scanned: finds duplicates as they come.
 *
 * A few keys are compared byte by byte, without allocation; many go into a set whose hashes a client can't foresee.
 * Time is proportional to the bytes of the keys, whatever they are.
 */
export class KeyLedger {
  private readonly frames: Frame[] = [];
  /** Start and end of each key of the open objects that has no set, two numbers a key. */
  private readonly ranges: number[] = [];
  private last = '';
  private lastStart = 0;
  private lastEnd = 0;

  constructor(private readonly bytes: Buffer) {}

  open(): void {
    this.frames.push({ base: this.ranges.length, names: undefined });
  }

  close(): void {
    const frame = this.frames.pop();
    if (frame) this.ranges.length = frame.base;
  }

  /** Notes the key of the innermost object that stands between `start` and `end`, quotes excluded. */
  add(start: number, end: number, escaped: boolean): 'duplicate_key' | 'control_character_in_key' | undefined {
    const frame = this.frames[this.frames.length - 1];
    if (!frame) return undefined;
    this.lastStart = start;
    this.lastEnd = end;
    this.last = '';
    if (escaped) {
      // The scan has proven the spelling; as UTF-8 bytes again it compares with keys that were spelt plainly.
      const name = JSON.parse(this.bytes.toString('utf8', start - 1, end + 1)) as string;
      if (hasControlCharacter(name)) return 'control_character_in_key';
      this.last = Buffer.from(name).toString('latin1');
      return this.addToSet(frame, this.last);
    }
    if (frame.names) return this.addToSet(frame, this.bytes.toString('latin1', start, end));
    const { ranges } = this;
    for (let i = frame.base; i < ranges.length; i += 2) {
      if (this.isSame(ranges[i] as number, ranges[i + 1] as number, start, end)) return 'duplicate_key';
    }
    ranges.push(start, end);
    if (ranges.length - frame.base > 2 * LINEAR_KEYS) this.useSet(frame);
    return undefined;
  }

  /** Is the key that was noted last this one? `name` in ASCII. */
  lastIs(name: string): boolean {
    if (this.last !== '') return this.last === name;
    if (this.lastEnd - this.lastStart !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (this.bytes[this.lastStart + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  private isSame(start: number, end: number, otherStart: number, otherEnd: number): boolean {
    if (end - start !== otherEnd - otherStart) return false;
    const { bytes } = this;
    for (let i = start, j = otherStart; i < end; i++, j++) if (bytes[i] !== bytes[j]) return false;
    return true;
  }

  private addToSet(frame: Frame, name: string): 'duplicate_key' | undefined {
    const names = frame.names ?? this.useSet(frame);
    const size = names.size;
    names.add(SEEDED + name);
    return names.size === size ? 'duplicate_key' : undefined;
  }

  private useSet(frame: Frame): Set<string> {
    const names = new Set<string>();
    for (let i = frame.base; i < this.ranges.length; i += 2) {
      names.add(SEEDED + this.bytes.toString('latin1', this.ranges[i], this.ranges[i + 1]));
    }
    frame.names = names;
    this.ranges.length = frame.base;
    return names;
  }
}
