import { JsonReader, newFrame, type PartialContainer } from './json-reader';
import { endOfString } from './json-string';

/**
 * Parses a JSON text whose end is missing: its members down to a bounded depth, and the start of a string that is cut. A
 * number or keyword at the end is dropped, since it may be incomplete. One pass, linear in the text. Never throws.
 */
export function readWithoutEnd(text: string): unknown {
  const reader = new JsonReader(text, [], true);
  reader.read(text.search(/\S|$/));
  return reader.root;
}

/**
 * Parses a JSON text whose start is missing: the containers that start before it and end in it, the innermost first;
 * undefined if the text does not end as JSON does. Linear in the text. Never throws.
 */
export function readWithoutStart(text: string): readonly PartialContainer[] | undefined {
  // The text may start within a string, or after the backslash of an escape sequence in a string: try all three.
  for (const start of [outsideString(text), afterString(text, 0), afterString(text, 1)]) {
    if (start === undefined) continue;
    const reader = new JsonReader(text, [newFrame(undefined)], start === 0);
    if (reader.read(start) && reader.partialContainers.length > 0 && reader.isAtTop) return reader.partialContainers;
  }
  return undefined;
}

/** The position after the rest of a number or keyword. */
const outsideString = (text: string): number => text.search(/[^\w.+-]|$/);

function afterString(text: string, start: number): number | undefined {
  const end = endOfString(text, start);
  return end < text.length ? end + 1 : undefined;
}
