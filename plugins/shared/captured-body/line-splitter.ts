/** Where lines go. */
export interface LineConsumer {
  onLine(line: string): void;
  /** The rest of a line whose start is missing. */
  onPartialLine?(rest: string): void;
  /** Called once for each line that was longer than the bound. */
  onLost(): void;
}

/**
 * Cuts a stream of bytes into lines at LF, CR or CRLF, whatever the chunks are. A byte order mark before the first line
 * is dropped.
 *
 * A line is decoded once it is whole, so that no character is torn by a chunk; bytes that are not UTF-8 become U+FFFD.
 * A line longer than `maxLineBytes` is lost, the next one is not. Never throws.
 */
export class LineSplitter {
  private parts: Uint8Array[] = [];
  private size = 0;
  private skipping = false;
  private torn = false;
  private atStart = true;
  /** The last byte was a CR: an LF that follows belongs to it. */
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

  /** Bytes are missing here: what comes next, up to the next line end, is the rest of some line. */
  gap(): void {
    this.clear();
    this.skipping = false;
    this.afterCr = false;
    this.torn = true;
  }

  /** The stream is over: what follows the last line end is a line too. */
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
