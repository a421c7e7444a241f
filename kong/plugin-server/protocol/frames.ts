/** Bytes of the length that stands before every payload: uint32, little-endian (`rpc/pb_rpc.lua`, read_frame). */
const LENGTH_BYTES = 4;

/** What an announced length alone may reserve; beyond it the memory grows with the bytes that really came. */
const TRUSTED_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Stands for a payload longer than the reader's bound; its bytes are skipped as they come, never held. */
export class OversizedFrame {
  constructor(
    readonly announcedBytes: number,
    readonly maxBytes: number,
  ) {}

  toString(): string {
    return `a frame of ${this.announcedBytes} bytes was announced, the bound is ${this.maxBytes}`;
  }
}

/**
 * Cuts a byte stream into the payloads of its frames, however the chunks fall.
 *
 * Holds at most one unfinished frame, in at most twice the bytes that came of it (or 1 MiB), and nothing between frames.
 * A payload that came in one chunk is a view of it; bytes are copied only where a frame is cut by the end of a chunk.
 */
export class FrameReader {
  /** Bytes that came and were not given out lie between `start` and `end`. */
  private bytes: Buffer = NOTHING;
  private start = 0;
  private end = 0;
  /** Payload bytes of the frame being read; undefined while its length is not complete. */
  private expected: number | undefined;
  /** Bytes of an oversized payload that are still to be thrown away. */
  private toSkip = 0;

  constructor(private readonly maxPayloadBytes: number) {}

  /** Takes the next bytes of the stream; the chunk must not be changed afterwards. */
  push(chunk: Buffer): void {
    const skipped = Math.min(this.toSkip, chunk.length);
    this.toSkip -= skipped;
    this.append(skipped === 0 ? chunk : chunk.subarray(skipped));
  }

  /** The next payload, the mark of an oversized one, or undefined until more bytes come. */
  next(): Buffer | OversizedFrame | undefined {
    if (this.expected === undefined) {
      if (this.held === 0) this.bytes = NOTHING;
      if (this.held < LENGTH_BYTES) return undefined;
      const announced = this.bytes.readUInt32LE(this.start);
      this.start += LENGTH_BYTES;
      if (announced > this.maxPayloadBytes) return this.skip(announced);
      this.expected = announced;
    }
    if (this.held < this.expected) return undefined;
    const payload = this.bytes.subarray(this.start, this.start + this.expected);
    this.start += this.expected;
    this.expected = undefined;
    return payload;
  }

  /** True when the stream stopped in the middle of a frame. */
  get isUnfinished(): boolean {
    return this.held > 0 || this.expected !== undefined || this.toSkip > 0;
  }

  /** Bytes of the payload that is being read; 0 between frames, and for what is skipped. */
  get awaitedBytes(): number {
    return this.expected ?? 0;
  }

  private get held(): number {
    return this.end - this.start;
  }

  private skip(announced: number): OversizedFrame {
    const skipped = Math.min(announced, this.held);
    this.start += skipped;
    this.toSkip = announced - skipped;
    return new OversizedFrame(announced, this.maxPayloadBytes);
  }

  private append(chunk: Buffer): void {
    if (this.held === 0) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      return;
    }
    if (this.bytes.length - this.end < chunk.length) this.grow(this.held + chunk.length);
    this.end += chunk.copy(this.bytes, this.end);
  }

  /** Moves what is held into a larger place, so that many small chunks cost no more than twice their copying. */
  private grow(needed: number): void {
    const wanted = Math.min(this.expected ?? needed, Math.max(TRUSTED_BYTES, 2 * needed));
    const bytes = Buffer.allocUnsafe(Math.max(needed, wanted));
    this.end = this.bytes.copy(bytes, 0, this.start, this.end);
    this.start = 0;
    this.bytes = bytes;
  }
}

/** One frame around a payload. */
export function frame(payload: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(LENGTH_BYTES + payload.length);
  framed.writeUInt32LE(payload.length);
  framed.set(payload, LENGTH_BYTES);
  return framed;
}

/** The empty frame that ends an event's calls. */
export const END_OF_CALLS = frame(new Uint8Array());
