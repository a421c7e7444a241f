import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';

/** What reading the body gave: its bytes, the file that nginx would have spilled it to, or that it was too large. */
export type ReadBody =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'too large' };

/** Bounds of a body, in bytes. */
export interface BodyBounds {
  /** nginx's `client_body_buffer_size`: a larger body is written to a file. */
  readonly bufferBytes: number;
  /** nginx's `client_max_body_size`; 0 for no bound. */
  readonly maxBytes: number;
}

/**
 * The client's request body. Nothing reads it until a plugin asks or it is sent on; read once, it is kept in memory up to
 * the buffer's size and in a file beyond it, as nginx does (`ngx_http_request_body.c`).
 */
export class RequestBody {
  private reading: Promise<ReadBody> | undefined;
  private held: ReadBody | undefined;
  private replacement: Buffer | undefined;
  private path: string | undefined;

  constructor(
    private readonly source: Readable,
    private readonly declaredBytes: number | undefined,
    private readonly bounds: BodyBounds,
    private readonly isChunked: boolean,
  ) {}

  /** Whether a plugin read the body or put another in its place: its length is known then. */
  get isHeld(): boolean {
    return this.reading !== undefined || this.replacement !== undefined;
  }

  /** Whether the declared length is over the bound, before anything is read. */
  get isDeclaredTooLarge(): boolean {
    return this.isTooLarge(this.declaredBytes ?? 0);
  }

  /** Whether the client announced no body. */
  get isEmpty(): boolean {
    return !this.isChunked && !this.declaredBytes;
  }

  /** Whether so many bytes are over the bound. */
  isTooLarge(bytes: number): boolean {
    return this.bounds.maxBytes > 0 && bytes > this.bounds.maxBytes;
  }

  /** Reads the body to its end. Rejects when the client leaves before it. */
  read(): Promise<ReadBody> {
    if (this.replacement) return Promise.resolve({ kind: 'bytes', bytes: this.replacement });
    this.reading ??= this.collect().then((body) => (this.held = body));
    return this.reading;
  }

  /** The bytes, if they were read and are in memory; an empty body gives none. */
  get bytes(): Buffer | undefined {
    const bytes = this.replacement ?? (this.held?.kind === 'bytes' ? this.held.bytes : undefined);
    return bytes?.length ? bytes : undefined;
  }

  /** Sends other bytes upstream than the client's. */
  replace(bytes: Buffer): void {
    this.replacement = bytes;
  }

  /** The bytes to send on: from memory or file if the body was read, else straight from the client. */
  async stream(): Promise<Readable> {
    if (!this.isHeld) return this.source;
    const body = await this.read();
    if (body.kind === 'file') return createReadStream(body.path);
    return Readable.from(body.kind === 'bytes' && body.bytes.length > 0 ? [body.bytes] : [], { objectMode: false });
  }

  /** Removes the file, if there is one. */
  async dispose(): Promise<void> {
    if (this.path) await rm(this.path, { force: true });
  }

  /** nginx puts a body into memory up to the size of its buffer; one of a declared length may be a quarter larger. */
  private get bufferBytes(): number {
    const { bufferBytes } = this.bounds;
    if (this.isChunked || this.declaredBytes === undefined) return bufferBytes;
    return Math.max(bufferBytes, Math.ceil(bufferBytes * 1.25) - 1);
  }

  private async collect(): Promise<ReadBody> {
    const bufferBytes = this.bufferBytes;
    const chunks: Buffer[] = [];
    let size = 0;
    let file: Writable | undefined;
    try {
      for await (const chunk of this.source as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (this.isTooLarge(size)) return { kind: 'too large' };
        if (!file && size > bufferBytes) {
          this.path = join(tmpdir(), `kong-stand-in-body-${randomUUID()}`);
          file = createWriteStream(this.path, { mode: 0o600 });
          for (const kept of chunks.splice(0)) await write(file, kept);
        }
        if (file) await write(file, chunk);
        else chunks.push(chunk);
      }
    } finally {
      file?.end();
    }
    if (!file || this.path === undefined) return { kind: 'bytes', bytes: Buffer.concat(chunks, size) };
    await once(file, 'close');
    return { kind: 'file', path: this.path, size };
  }
}

async function write(file: Writable, chunk: Buffer): Promise<void> {
  if (!file.write(chunk)) await once(file, 'drain');
}
