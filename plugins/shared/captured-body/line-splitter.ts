/** Receives lines. */
export interface LineConsumer {
  onLine(line: string): void;
  /** Called with the rest of a line whose start is missing. */
  onPartialLine?(rest: string): void;
  /** Called once for each line that is longer than the bound. */
  onLost(): void;
}

/**
 * Splits a stream of bytes into lines at LF, CR or CRLF, independent of its chunks. A byte order mark before the first
 * line is dropped.
 *
 * A line is decoded when it is complete, so that no chunk splits a character; bytes that are not UTF-8 become U+FFFD. A
 * line longer than `maxLineBytes` is lost, but not the next one. Never throws.
 */
export class LineSplitter {
  private parts: Uint8Array[] = [];
  private size = 0;
  private skipping = false;
  private torn = false;
  private atStart = true;
  /** True if the last byte was a CR: an LF after it belongs to it. */
  private afterCr = false;

  constructor(
    private readonly maxLineBytes: number,
    private readonly consumer: LineConsumer,
  ) {}

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    let start = this.afterCr && chunk[0] === LF ? 1 : 0;
    this.afterCr = false;
    let lf = chunk.indexOf(LF, start);
    let cr = chunk.indexOf(CR, start);
    while (lf !== -1 || cr !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      this.take(chunk.subarray(start, end));
      this.finishLine();
      start = end + 1;
      if (end === cr) {
        if (start === chunk.length) this.afterCr = true;
        else if (chunk[start] === LF) start++;
        cr = chunk.indexOf(CR, start);
      }
      if (lf !== -1 && lf < start) lf = chunk.indexOf(LF, start);
    }
    if (start < chunk.length) this.take(chunk.subarray(start));
  }

  /** Marks a gap: the bytes after it, up to the next end of a line, are the rest of a line. */
  gap(): void {
    this.clear();
    this.skipping = false;
    this.afterCr = false;
    this.torn = true;
  }

  /** Ends the stream: bytes after the last end of a line are a line too. */
  end(): void {
    if (this.size > 0) this.finishLine();
    this.clear();
  }

  private take(part: Uint8Array): void {
    if (this.skipping || part.length === 0) return;
    if (this.size + part.length > this.maxLineBytes) {
      this.clear();
      this.skipping = true;
      this.consumer.onLost();
      return;
    }
    this.parts.push(part);
    this.size += part.length;
  }

  private finishLine(): void {
    const { skipping, torn, atStart } = this;
    this.skipping = false;
    this.torn = false;
    this.atStart = false;
    if (skipping) return;
    const line = Buffer.concat(this.parts, this.size).toString('utf8');
    this.clear();
    if (torn) this.consumer.onPartialLine?.(line);
    else this.consumer.onLine(atStart && line.startsWith(BOM) ? line.slice(1) : line);
  }

  private clear(): void {
    this.parts = [];
    this.size = 0;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const BOM = '\ufeff';
