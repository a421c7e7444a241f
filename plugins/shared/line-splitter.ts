/** Where lines go. */
export interface LineConsumer {
  onLine(line: string): void;
  /** The rest of a line whose start is missing. */
  onTornLine?(rest: string): void;
  /** Called once for each line that was longer than the bound. */
  onLost(): void;
}

/**
 * Cuts a stream of bytes into lines at LF (a CR before it is dropped), whatever the chunks are.
 *
 * A line is decoded once it is whole, so that no character is torn by a chunk; bytes that are not UTF-8 become U+FFFD.
 * A line longer than `maxLineBytes` is lost, the next one is not. Never throws.
 */
export class LineSplitter {
  private parts: Uint8Array[] = [];
  private size = 0;
  private skipping = false;
  private torn = false;

  constructor(
    private readonly maxLineBytes: number,
    private readonly consumer: LineConsumer,
  ) {}

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.take(chunk.subarray(start, end));
      this.finishLine();
      start = end + 1;
    }
    if (start < chunk.length) this.take(chunk.subarray(start));
  }

  /** Bytes are missing here: what comes next, up to the next LF, is the rest of some line. */
  gap(): void {
    this.clear();
    this.skipping = false;
    this.torn = true;
  }

  /** The stream is over: what follows the last LF is a line too. */
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
    if (this.skipping) {
      this.skipping = false;
      this.torn = false;
      return;
    }
    const line = Buffer.concat(this.parts, this.size);
    this.clear();
    const text = line.toString('utf8', 0, line.at(-1) === CR ? line.length - 1 : line.length);
    if (this.torn) this.consumer.onTornLine?.(text);
    else this.consumer.onLine(text);
    this.torn = false;
  }

  private clear(): void {
    this.parts = [];
    this.size = 0;
  }
}

const LF = 0x0a;
const CR = 0x0d;
