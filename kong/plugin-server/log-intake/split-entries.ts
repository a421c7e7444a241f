/** One entry of a batch, or why it was not kept. */
export type SplitEntry = { readonly text: string } | { readonly skipped: 'too_large' | 'malformed' };

/** The bounds of one entry. */
export interface EntryBounds {
  readonly maxEntryBytes: number;
  readonly maxDepth: number;
}

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const COMMA = code(',');
const [OPEN_LIST, CLOSE_LIST] = [code('['), code(']')];
const [OPEN_RECORD, CLOSE_RECORD] = [code('{'), code('}')];

/** What may come next between entries. */
type Expected = 'batch' | 'entry or end' | 'entry' | 'comma or end' | 'nothing';

/**
 * Splits a batch into its entries while its bytes arrive, so that only one entry is held in memory: a JSON array of
 * objects, or one object. It finds where an entry ends; whether an entry is valid JSON is for its parser to say.
 */
export class EntrySplitter {
  private expected: Expected = 'batch';
  private isList = false;
  /** Of the entry that is being read. 0: between entries. */
  private depth = 0;
  private isInString = false;
  /** Whether the bytes so far end with a backslash that escapes the next byte of the string. */
  private isEscaped = false;
  private parts: Buffer[] = [];
  private bytes = 0;
  private skipped: 'too_large' | 'malformed' | undefined;

  constructor(private readonly bounds: EntryBounds) {}

  /** True if the bytes so far are a whole batch. */
  get isComplete(): boolean {
    return this.expected === 'nothing' && this.depth === 0;
  }

  /** The entries that end in these bytes; undefined if the bytes are not part of a batch. */
  push(chunk: Buffer): SplitEntry[] | undefined {
    const entries: SplitEntry[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.depth === 0) {
        const isOpened = this.next(chunk[at] ?? 0);
        if (isOpened === undefined) return undefined;
        // The byte that opens an entry belongs to it.
        if (!isOpened) {
          at += 1;
          continue;
        }
      }
      const end = this.endOfEntry(chunk, at);
      this.keep(chunk.subarray(at, end));
      at = end;
      if (this.depth === 0) entries.push(this.take());
    }
    return entries;
  }

  /** Reads a byte between entries. True if it opens an entry; undefined if it must not stand there. */
  private next(byte: number): boolean | undefined {
    const { expected } = this;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return false;
    if (expected === 'batch' && byte === OPEN_LIST) {
      this.isList = true;
      this.expected = 'entry or end';
    } else if (byte === OPEN_RECORD && (expected === 'batch' || expected === 'entry or end' || expected === 'entry')) {
      this.depth = 1;
      this.expected = this.isList ? 'comma or end' : 'nothing';
      return true;
    } else if (byte === COMMA && expected === 'comma or end') this.expected = 'entry';
    else if (byte === CLOSE_LIST && (expected === 'entry or end' || expected === 'comma or end')) {
      this.expected = 'nothing';
    } else return undefined;
    return false;
  }

  /** The position after the end of the entry, or the end of the bytes. */
  private endOfEntry(chunk: Buffer, from: number): number {
    // The first byte of an entry has been counted.
    let at = this.bytes === 0 ? from + 1 : from;
    while (at < chunk.length) {
      if (this.isInString) {
        at = this.endOfString(chunk, at);
        continue;
      }
      const byte = chunk[at];
      at += 1;
      if (byte === QUOTE) this.isInString = true;
      else if (byte === OPEN_RECORD || byte === OPEN_LIST) {
        this.depth += 1;
        if (this.depth > this.bounds.maxDepth) this.skip('malformed');
      } else if (byte === CLOSE_RECORD || byte === CLOSE_LIST) {
        this.depth -= 1;
        if (this.depth === 0) return at;
      }
    }
    return at;
  }

  /** The position after the closing quote, or the end of the bytes. Most bytes of an entry are in long strings. */
  private endOfString(chunk: Buffer, from: number): number {
    const found = chunk.indexOf(QUOTE, from);
    const end = found < 0 ? chunk.length : found;
    let before = end;
    while (before > from && chunk[before - 1] === BACKSLASH) before -= 1;
    const backslashes = end - before + (before === from && this.isEscaped ? 1 : 0);
    const isEscaped = backslashes % 2 === 1;
    this.isEscaped = found < 0 && isEscaped;
    if (found < 0) return end;
    this.isInString = isEscaped;
    return end + 1;
  }

  private keep(bytes: Buffer): void {
    this.bytes += bytes.length;
    if (this.bytes > this.bounds.maxEntryBytes) this.skip('too_large');
    if (this.skipped === undefined) this.parts.push(bytes);
  }

  private skip(reason: 'too_large' | 'malformed'): void {
    this.skipped ??= reason;
    this.parts = [];
  }

  private take(): SplitEntry {
    const entry = this.skipped ? { skipped: this.skipped } : { text: Buffer.concat(this.parts).toString('utf8') };
    this.parts = [];
    this.bytes = 0;
    this.skipped = undefined;
    return entry;
  }
}
