import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';

/** A body that was read: its bytes, the file that nginx would have written it to, or that it was too large. */
export type ReadBody =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'too large' };

/** Limits of a body, in bytes. */
export interface BodyBounds {
  /** nginx's `client_body_buffer_size`: a larger body is written to a file. */
  readonly bufferBytes: number;
  /** nginx's `client_max_body_size`; 0 for no limit. */
  readonly maxBytes: number;
}

/**
 * The request body of the client. It is read when a plugin asks for it or when it is proxied, and then kept in memory
 * up to the size of the buffer, otherwise in a file, like in nginx (`ngx_http_request_body.c`).
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

  /** Whether a plugin has read or replaced the body, so that its length is known. */
  get isHeld(): boolean {
    return this.reading !== undefined || this.replacement !== undefined;
  }

  /** Whether the declared length exceeds the limit. */
  get isDeclaredTooLarge(): boolean {
    return this.isTooLarge(this.declaredBytes ?? 0);
  }

  /** Whether the client sends no body. */
  get isEmpty(): boolean {
    return !this.isChunked && !this.declaredBytes;
  }

  /** Whether a number of bytes exceeds the limit. */
  isTooLarge(bytes: number): boolean {
    return this.bounds.maxBytes > 0 && bytes > this.bounds.maxBytes;
  }

  /** Reads the whole body. Rejects when the client disconnects before. */
  read(): Promise<ReadBody> {
    if (this.replacement) return Promise.resolve({ kind: 'bytes', bytes: this.replacement });
    this.reading ??= this.collect().then((body) => (this.held = body));
    return this.reading;
  }

  /** The bytes, if the body was read and is in memory; undefined for an empty body. */
  get bytes(): Buffer | undefined {
    const bytes = this.replacement ?? (this.held?.kind === 'bytes' ? this.held.bytes : undefined);
    return bytes?.length ? bytes : undefined;
  }

  /** Replaces the body that is sent to the upstream. */
  replace(bytes: Buffer): void {
    this.replacement = bytes;
  }

  /** The bytes for the upstream: from memory or the file if the body was read, otherwise directly from the client. */
  async stream(): Promise<Readable> {
    if (!this.isHeld) return this.source;
    const body = await this.read();
    if (body.kind === 'file') return createReadStream(body.path);
    return Readable.from(body.kind === 'bytes' && body.bytes.length > 0 ? [body.bytes] : [], { objectMode: false });
  }

  /** Deletes the file, if there is one. */
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
