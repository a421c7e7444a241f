import type { Span } from './spans';

/** A long string of a document: its bytes with their quotes, and the keys that lead to it from the root. */
export interface LongString extends Span {
  readonly path: readonly string[];
}

/**
 * The value of a document that the scan has accepted. Its long strings are built when they are read first: until then each is
 * a getter of its object, because most of them are only passed on.
 *
 * `bytes` must not change while the value is used.
 *
 * @param longStrings in the order of the document
 */
export function parseScanned(bytes: Buffer, longStrings: readonly LongString[]): unknown {
  if (longStrings.length === 0) return JSON.parse(bytes.toString());
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of longStrings) {
    parts.push(bytes.toString('utf8', at, start));
    at = end;
  }
  parts.push(bytes.toString('utf8', at));
  const value = JSON.parse(parts.join('""')) as Parent;
  for (const longString of longStrings) addGetter(value, bytes, longString);
  return value;
}

type Parent = Record<string, unknown>;

function addGetter(root: Parent, bytes: Buffer, { path, start, end }: LongString): void {
  const key = path.at(-1) as string;
  const parent = path.slice(0, -1).reduce((object, name) => object[name] as Parent, root);
  const define = (property: PropertyDescriptor) =>
    Object.defineProperty(parent, key, { ...property, enumerable: true, configurable: true });
  define({
    get: () => {
      const value = JSON.parse(bytes.toString('utf8', start, end)) as string;
      define({ value, writable: true });
      return value;
    },
  });
}
