/** Where clients put a tool's name: near one end, before or after the arguments. */
const END_BYTES = 4096;
const MAX_NAMES = 32;
const NAME = /"name"\s*:\s*"([^"\\]{1,256})"/g;

/**
 * Names that a large body may call tools by, from its two ends. A hint alone: what is missing or too much costs time and
 * decides nothing.
 */
export function guessNames(bytes: Uint8Array): readonly string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends = [buffer.subarray(0, END_BYTES), buffer.subarray(Math.max(END_BYTES, buffer.length - END_BYTES))];
  const names = ends.flatMap((end) => [...end.toString().matchAll(NAME)].map(([, name = '']) => name));
  return [...new Set(names)].slice(0, MAX_NAMES);
}
