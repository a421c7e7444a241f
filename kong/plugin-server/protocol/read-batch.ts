import type { KongRead } from '../../pdk';
import type { OversizedFrame } from './frames';
import { decodeReply, encodeRead } from './pdk-codec';

/** Kong's reply to a read; one that is longer than a frame may be is not held. */
export type PdkReply = Buffer | OversizedFrame;

const compiled = new WeakMap<readonly KongRead<unknown>[], ReadBatch>();

/** Reads that are sent together. They are encoded once, since every event sends the same bytes. */
export class ReadBatch {
  /** The bytes for Kong: the operation and argument of each read. */
  readonly bytes: Buffer;

  constructor(private readonly reads: readonly KongRead<unknown>[]) {
    this.bytes = Buffer.concat(reads.map(encodeRead));
  }

  /** The batch of these reads; the same one for the same list. */
  static of(reads: readonly KongRead<unknown>[]): ReadBatch {
    const known = compiled.get(reads);
    if (known) return known;
    const batch = new ReadBatch(reads);
    compiled.set(reads, batch);
    return batch;
  }

  /** Number of replies that Kong will send. */
  get size(): number {
    return this.reads.length;
  }

  /** Reads the values in Kong's replies, which are in the order of the reads. */
  repliesFrom(replies: readonly PdkReply[]): BatchReplies {
    return new BatchReplies(this.reads, replies);
  }
}

/** Kong's replies to a batch. */
export class BatchReplies {
  constructor(
    private readonly reads: readonly KongRead<unknown>[],
    private readonly replies: readonly PdkReply[],
  ) {}

  /** The plain value in the reply to one read. @throws when the reply is not what Kong's service declares */
  valueAt(index: number): unknown {
    const read = this.reads[index];
    const reply = this.replies[index];
    if (!read || !reply) throw new Error(`no reply to read ${index}`);
    return decodeReply(read, reply);
  }
}
