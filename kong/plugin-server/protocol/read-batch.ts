import type { Reads } from '../../pdk';
import type { OversizedFrame } from './frames';
import { decodeReply, encodeRead } from './pdk-codec';

/** What Kong replied to a read; a reply longer than a frame may be is told of, not held. */
export type Reply = Buffer | OversizedFrame;

const compiled = new WeakMap<Reads, ReadBatch>();

/** Reads that go out together, encoded once: the same bytes go out with every event. */
export class ReadBatch {
  /** What is written to Kong: for each read its operation and its argument. */
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

  /** How many replies Kong will send. */
  get size(): number {
    return this.reads.length;
  }

  /** The facts by their names. @throws when a reply is not what Kong's service declares. */
  decode(replies: readonly Reply[]): Record<string, unknown> {
    const facts: Record<string, unknown> = {};
    this.reads.forEach(([name, declared], i) => {
      const reply = replies[i];
      if (!reply) throw new Error(`no reply for "${name}"`);
      facts[name] = decodeReply(declared, reply);
    });
    return facts;
  }
}
