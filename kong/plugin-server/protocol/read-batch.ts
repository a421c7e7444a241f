import type { Reads } from '../../pdk';
import type { OversizedFrame } from './frames';
import { decodeReply, encodeRead } from './pdk-codec';

/** Kong's reply to a read; one that is longer than a frame may be is not held. */
export type PdkReply = Buffer | OversizedFrame;

const compiled = new WeakMap<Reads, ReadBatch>();

/** Reads that are sent together. They are encoded once, since every event sends the same bytes. */
export class ReadBatch {
  /** The bytes for Kong: the operation and argument of each read. */
  readonly bytes: Buffer;
  private readonly reads;

  constructor(reads: Reads) {
    this.reads = Object.entries(reads);
    this.bytes = Buffer.concat(this.reads.map(([, declared]) => encodeRead(declared)));
  }

  /** The batch of these reads; the same one for the same object. */
  static of(reads: Reads): ReadBatch {
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

  /** The facts by their names. @throws when a reply is not what Kong's service declares. */
  decode(replies: readonly PdkReply[]): Record<string, unknown> {
    const facts: Record<string, unknown> = {};
    this.reads.forEach(([name, declared], i) => {
      const reply = replies[i];
      if (!reply) throw new Error(`no reply for "${name}"`);
      facts[name] = decodeReply(declared, reply);
    });
    return facts;
  }
}
