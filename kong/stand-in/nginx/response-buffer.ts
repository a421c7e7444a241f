/** Size of each of nginx's buffers for an answer: one page of memory (`proxy_buffer_size`, `proxy_buffers`). */
const BUFFER_BYTES = 4096;
/** What nginx wants to see before it looks at a buffer that is not full: the shortest end of a chunked body. */
const SHORTEST_END = 3;
/** The end of a chunk's data and the shortest end of the body after it. */
const AFTER_DATA = 4;

/**
 * nginx's buffering of an answer (`proxy_buffering`, ngx_event_pipe.c): a buffer goes on to the client when it is full,
 * or when it holds all that must still come. The last part of a chunk that began in an earlier buffer is therefore held
 * until the next chunk or the end. Of an answer without chunks and without a length, only full buffers go on.
 */
export class AnswerBuffer {
  private room: number;
  private readonly held: Buffer[] = [];
  private used = 0;
  private wanted: number;

  /**
   * @param framing how the body's end is known: by chunks, by its length in bytes, or by the end of the connection
   * @param headBytes what the head of the answer takes of the first buffer
   */
  constructor(
    private readonly framing: 'chunked' | 'close' | number,
    headBytes: number,
  ) {
    this.room = Math.max(1, BUFFER_BYTES - headBytes);
    this.wanted = framing === 'chunked' ? SHORTEST_END : framing === 'close' ? Infinity : framing;
  }

  /** Takes what came from the upstream, of a chunked body one chunk; gives what goes on to the client now. */
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

  /** The upstream's answer is over: gives what is left. */
  end(): Buffer {
    const ready: Buffer[] = [];
    this.pass(ready, 0);
    return Buffer.concat(ready);
  }

  /** Counts bytes into the current buffer; where it is full, it goes on. `left`: bytes of the chunk still to come. */
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
 * Whether nginx buffers an answer: as the route says (`response_buffering`), unless the upstream says otherwise by
 * `X-Accel-Buffering`.
 */
export function isBuffered(route: boolean, accelBuffering: string | undefined): boolean {
  const asked = accelBuffering?.toLowerCase();
  return asked === 'no' ? false : asked === 'yes' ? true : route;
}
