import type { KongRead } from '../../pdk';
import type { OversizedFrame } from './frames';
import { decodeReply, encodeRead } from './pdk-codec';

/** What Kong replied to a read; of a reply that is longer than a frame may be only its length. */
export type Reply = Buffer | OversizedFrame;

const compiled = new WeakMap<readonly KongRead<unknown>[], ReadBatch>();

/** Reads that go out together, encoded once: the same bytes go out with every event. */
export class ReadBatch {
  /** What is written to Kong: for each read its operation and its argument. */
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

  /** How many replies Kong will send. */
  get size(): number {
    return this.reads.length;
  }

  /** The plain value of one read. @throws when its reply is not what Kong's service declares */
  valueAt(index: number, replies: readonly Reply[]): unknown {
    const read = this.reads[index];
    const reply = replies[index];
    if (!read || !reply) throw new Error(`no reply to read ${index}`);
    return decodeReply(read, reply);
  }
}
