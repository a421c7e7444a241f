/** Bytes of the length that stands before every payload: uint32, little-endian (`rpc/pb_rpc.lua`, read_frame). */
const LENGTH_BYTES = 4;

/** Bytes that an announced length alone may allocate; beyond it, memory grows with the bytes that have arrived. */
const TRUSTED_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Replaces a payload that is longer than the reader's limit; its bytes are skipped as they arrive, never held. */
export class OversizedFrame {
  constructor(
    readonly announcedBytes: number,
    readonly maxBytes: number,
  ) {}

  toString(): string {
    return `a frame of ${this.announcedBytes} bytes was announced, the limit is ${this.maxBytes}`;
  }
}

/**
 * Splits a byte stream into the payloads of its frames, wherever the chunks end.
 *
 * Holds at most one incomplete frame, in at most twice the bytes that have arrived (or 1 MiB), and nothing between frames.
 * A payload within one chunk is a view of it; bytes are copied only when a chunk ends within a frame.
 */
export class FrameReader {
  /** Received bytes that were not returned yet are between `start` and `end`. */
  private bytes: Buffer = NOTHING;
  private start = 0;
  private end = 0;
  /** Payload bytes of the current frame; undefined while its length is not complete. */
  private expected: number | undefined;
  /** Bytes of an oversized payload that are still to be skipped. */
  private toSkip = 0;

  constructor(private readonly maxPayloadBytes: number) {}

  /** Adds the next bytes of the stream; the chunk must not be changed afterwards. */
  push(chunk: Buffer): void {
    const skipped = Math.min(this.toSkip, chunk.length);
    this.toSkip -= skipped;
    this.append(skipped === 0 ? chunk : chunk.subarray(skipped));
  }

  /** The next payload, an {@link OversizedFrame} in its place, or undefined until more bytes arrive. */
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

  /** Whether the received bytes end within a frame. */
  get isIncomplete(): boolean {
    return this.held > 0 || this.expected !== undefined || this.toSkip > 0;
  }

  /** Payload bytes of the current frame; 0 between frames and while an oversized one is skipped. */
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

  /** Moves the held bytes to a larger buffer, so that many small chunks are copied at most twice. */
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
