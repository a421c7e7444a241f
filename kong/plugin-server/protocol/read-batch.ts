import type { Reads, RunnablePhase } from '../../pdk';
import { decodeReply, encodeRead } from './pdk-codec';

const compiled = new WeakMap<RunnablePhase, ReadBatch>();

/** The reads of a phase, encoded once: the same bytes go out with every event. */
export class ReadBatch {
  /** What is written to Kong: for each read its operation and its argument. */
  readonly bytes: Buffer;
  private readonly reads;

  constructor(reads: Reads) {
    this.reads = Object.entries(reads);
    this.bytes = Buffer.concat(this.reads.map(([, declared]) => encodeRead(declared)));
  }

  /** The batch of a phase. */
  static of(phase: RunnablePhase): ReadBatch {
    const known = compiled.get(phase);
    if (known) return known;
    const batch = new ReadBatch(phase.reads);
    compiled.set(phase, batch);
    return batch;
  }

  /** How many replies Kong will send. */
  get size(): number {
    return this.reads.length;
  }

  /** The facts by their names. @throws when a reply is not what Kong's service declares. */
  decode(replies: readonly Buffer[]): Record<string, unknown> {
    const facts: Record<string, unknown> = {};
    this.reads.forEach(([name, declared], i) => {
      facts[name] = decodeReply(declared, replies[i] ?? Buffer.alloc(0));
    });
    return facts;
  }
}
