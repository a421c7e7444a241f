/** Bytes of the length that stands before every payload: uint32, little-endian (`rpc/pb_rpc.lua`, read_frame). */
const LENGTH_BYTES = 4;

/** A payload longer than the reader's bound was announced. */
export class OversizedFrame extends Error {
  constructor(
    readonly announcedBytes: number,
    readonly maxBytes: number,
  ) {
    super(`a frame of ${announcedBytes} bytes was announced, the bound is ${maxBytes}`);
  }
}

/**
 * Cuts a byte stream into the payloads of its frames, however the chunks fall.
 *
 * Holds at most one unfinished frame; copies a payload only when it came in more than one chunk.
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;
  /** Payload bytes of the frame being read; undefined while its length is not complete. */
  private expected: number | undefined;

  constructor(private readonly maxPayloadBytes: number) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.held += chunk.length;
  }

  /** The next complete payload, or undefined. @throws OversizedFrame before any of such a payload is awaited. */
  next(): Buffer | undefined {
    if (this.expected === undefined) {
      if (this.held < LENGTH_BYTES) return undefined;
      this.expected = this.take(LENGTH_BYTES).readUInt32LE();
      if (this.expected > this.maxPayloadBytes) throw new OversizedFrame(this.expected, this.maxPayloadBytes);
    }
    if (this.held < this.expected) return undefined;
    const payload = this.take(this.expected);
    this.expected = undefined;
    return payload;
  }

  /** True when the stream stopped in the middle of a frame. */
  get isUnfinished(): boolean {
    return this.held > 0 || this.expected !== undefined;
  }

  private take(length: number): Buffer {
    const [first] = this.chunks;
    const whole = first && first.length >= length ? first : Buffer.concat(this.chunks);
    if (whole !== first) this.chunks = [whole];
    if (whole.length === length) this.chunks.shift();
    else this.chunks[0] = whole.subarray(length);
    this.held -= length;
    return whole.subarray(0, length);
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
