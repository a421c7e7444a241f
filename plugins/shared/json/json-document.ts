import { membersOfHead, membersOfTail } from './json-fragment';
import { type JsonObject, isJsonObject } from './json-object';
import { parseJson } from './lenient-json';

/** What could be read of a JSON document that came in chunks. */
export interface ReadDocument {
  /** The members of its top level; if bytes are missing, only the complete ones. Undefined if it is not an object. */
  readonly members: JsonObject | undefined;
  /** The value, if no byte is missing and it can be parsed: an object, a list or anything else. */
  readonly value: unknown;
  /** True if the last bytes can be the end of a document: the upstream has sent all of it. */
  readonly ended: boolean;
}

/**
 * Collects a JSON document from chunks, keeping at most `maxBytes` of it: its first and its last part.
 *
 * If bytes are missing, because of the bound or of {@link JsonDocument.gap}, the complete members at both ends are recovered:
 * the name of a model is at the head of a response, its token counts are at the tail. A byte order mark is dropped. Never
 * throws.
 */
export class JsonDocument {
  private head: Uint8Array[] = [];
  private headBytes = 0;
  private tail: Uint8Array[] = [];
  private tailBytes = 0;
  private torn = false;

  constructor(private readonly maxBytes: number) {}

  push(chunk: Uint8Array): void {
    const half = Math.ceil(this.maxBytes / 2);
    const room = this.torn || this.tailBytes > 0 ? 0 : Math.min(chunk.length, half - this.headBytes);
    if (room > 0) this.head.push(chunk.subarray(0, room));
    this.headBytes += room;
    if (room === chunk.length) return;
    this.tail.push(chunk.subarray(room));
    this.tailBytes += chunk.length - room;
    while (this.tailBytes > half) this.dropFromTail(this.tailBytes - half);
  }

  gap(): void {
    this.torn = true;
    this.tail = [];
    this.tailBytes = 0;
  }

  end(): ReadDocument {
    const head = textOfBytes(this.head);
    const tail = textOfBytes(this.tail);
    if (!this.torn) {
      const text = this.tail.length === 0 ? head : textOfBytes([...this.head, ...this.tail]);
      const value = parseJson(text);
      if (value !== undefined) return { members: isJsonObject(value) ? value : undefined, value, ended: true };
      return { members: membersOfHead(text), value: undefined, ended: false };
    }
    const first = membersOfHead(head);
    const last = membersOfTail(tail);
    return {
      members: first || last ? { ...first, ...last } : undefined,
      value: undefined,
      ended: /[}\]]\s*$/.test(tail),
    };
  }

  private dropFromTail(excess: number): void {
    const first = this.tail[0];
    if (!first) return;
    this.torn = true;
    if (first.length <= excess) this.tail.shift();
    else this.tail[0] = first.subarray(excess);
    this.tailBytes -= Math.min(first.length, excess);
  }
}

const textOfBytes = (parts: readonly Uint8Array[]): string => {
  const text = Buffer.concat(parts).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
};
