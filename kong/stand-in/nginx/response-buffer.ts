/** The size of nginx's buffers for a response: one page of memory (`proxy_buffer_size`, `proxy_buffers`). */
const BUFFER_BYTES = 4096;
/** The bytes that nginx waits for before it processes a buffer that is not full: the shortest end of a chunked body. */
const SHORTEST_END = 3;
/** The end of a chunk's data and the shortest end of the body after it. */
const AFTER_DATA = 4;

/**
 * nginx's buffering of a response (`proxy_buffering`, ngx_event_pipe.c): a buffer is sent to the client when it is
 * full, or when it contains everything that is still expected. The last part of a chunk that began in an earlier buffer
 * is therefore held until the next chunk or the end. Without chunks and without a length, only full buffers are sent.
 */
export class ResponseBuffer {
  private room: number;
  private readonly held: Buffer[] = [];
  private used = 0;
  private wanted: number;

  /**
   * @param framing how the end of the body is known: chunks, the length in bytes, or the end of the connection
   * @param headBytes the size of the head of the response, which is in the first buffer too
   */
  constructor(
    private readonly framing: 'chunked' | 'close' | number,
    headBytes: number,
  ) {
    this.room = Math.max(1, BUFFER_BYTES - headBytes);
    this.wanted = framing === 'chunked' ? SHORTEST_END : framing === 'close' ? Infinity : framing;
  }

  /** Adds data from the upstream, one chunk of a chunked body; returns the data to send to the client now. */
  take(data: Buffer): Buffer {
    const isChunked = this.framing === 'chunked';
    const ready: Buffer[] = [];
    if (isChunked) this.fill(data.length.toString(16).length + 2, ready, data.length);
    let at = 0;
    while (at < data.length) {
      const part = data.subarray(at, at + this.room);
      at += part.length;
      this.held.push(part);
      this.fill(part.length, ready, data.length - at);
    }
    if (isChunked) this.fill(2, ready, 0);
    if (this.used >= this.wanted) this.pass(ready, 0);
    return Buffer.concat(ready);
  }

  /** Ends the response; returns the remaining data. */
  end(): Buffer {
    const ready: Buffer[] = [];
    this.pass(ready, 0);
    return Buffer.concat(ready);
  }

  /** Adds bytes to the current buffer, and sends it when it is full. `left`: remaining bytes of the chunk. */
  private fill(bytes: number, ready: Buffer[], left: number): void {
    this.used += bytes;
    this.room -= bytes;
    if (this.room <= 0) this.pass(ready, left);
  }

  private pass(ready: Buffer[], left: number): void {
    const bytes = this.held.reduce((sum, part) => sum + part.length, 0);
    ready.push(...this.held.splice(0));
    this.used = 0;
    this.room = BUFFER_BYTES;
    if (this.framing === 'chunked') this.wanted = left > 0 ? left + AFTER_DATA : SHORTEST_END;
    else this.wanted -= bytes;
  }
}

/**
 * Whether nginx buffers a response: `response_buffering` of the route, unless the upstream overrides it with
 * `X-Accel-Buffering`.
 */
export function isBuffered(route: boolean, accelBuffering: string | undefined): boolean {
  const asked = accelBuffering?.toLowerCase();
  return asked === 'no' ? false : asked === 'yes' ? true : route;
}
