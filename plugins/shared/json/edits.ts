import type { Span } from './spans';

/** Replaces a range of bytes by a text; both may be empty. */
export interface Edit extends Span {
  readonly text: string;
}

/**
 * The edits that remove items (elements of an array, members of an object) from their container: their bytes, one comma for
 * each, and the blanks beside that comma. All other bytes stay. If no item is kept, nothing stays between the brackets.
 *
 * @param container from its opening to after its closing bracket
 * @param items all items in order
 */
export function removeItems(container: Span, items: readonly Span[], isKept: (index: number) => boolean): Edit[] {
  const edits: Edit[] = [];
  let lastKept: Span | undefined;
  let lastRemoved: Span | undefined;
  for (const [index, item] of items.entries()) {
    if (!isKept(index)) {
      lastRemoved = item;
      continue;
    }
    if (lastRemoved) {
      edits.push(
        lastKept
          ? { start: lastKept.end, end: lastRemoved.end, text: '' }
          : { start: (items[0] as Span).start, end: item.start, text: '' },
      );
    }
    lastKept = item;
    lastRemoved = undefined;
  }
  if (lastRemoved) {
    edits.push(
      lastKept
        ? { start: lastKept.end, end: lastRemoved.end, text: '' }
        : { start: container.start + 1, end: container.end - 1, text: '' },
    );
  }
  return edits;
}

/** The bytes after the edits, which must not overlap; without edits the bytes themselves. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(at, start), Buffer.from(text));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}
