import protobuf from 'protobufjs';

const LENGTH_DELIMITED = 2;

/**
 * Counts the messages within a message without creating them, and stops at `max` + 1. Two bytes on the wire can become
 * an object of a hundred bytes in memory, so the length of a body alone limits nothing.
 *
 * @throws RangeError if the bytes are truncated, or nested deeper than the runtime decodes
 */
export function countMessages(type: protobuf.Type, bytes: Uint8Array, max: number): number {
  const reader = protobuf.Reader.create(bytes);
  let count = 0;
  const scan = (message: protobuf.Type, end: number, depth: number): void => {
    if (depth > protobuf.Reader.recursionLimit) throw new RangeError('nesting too deep');
    while (reader.pos < end && count <= max) {
      const tag = reader.uint32();
      const nested = message.fieldsById[tag >>> 3]?.resolve().resolvedType;
      if ((tag & 7) === LENGTH_DELIMITED && nested instanceof protobuf.Type) {
        count += 1;
        const length = reader.uint32();
        if (length > end - reader.pos) throw new RangeError('a message is longer than what holds it');
        scan(nested, reader.pos + length, depth + 1);
      } else {
        reader.skipType(tag & 7);
      }
    }
  };
  scan(type, bytes.length, 0);
  return count;
}
