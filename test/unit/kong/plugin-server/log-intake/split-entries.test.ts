import fc from 'fast-check';
import { EntrySplitter, type SplitEntry } from '../../../../../kong/plugin-server/log-intake/split-entries';
import { anyCharacter } from '../../../../support/any-character';

const BOUNDS = { maxEntryBytes: 1000, maxDepth: 8 };

/** The entries of a text that arrives in pieces of these sizes; undefined if it is not a batch. */
function split(text: string, sizes: readonly number[] = [], bounds = BOUNDS): SplitEntry[] | undefined {
  const splitter = new EntrySplitter(bounds);
  const bytes = Buffer.from(text);
  const entries: SplitEntry[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const found = splitter.push(bytes.subarray(at, at + size));
    if (!found) return undefined;
    entries.push(...found);
    at += size;
  }
  return splitter.isComplete ? entries : undefined;
}

const textsOf = (entries: readonly SplitEntry[] | undefined) => entries?.map((one) => ('text' in one ? one.text : one));

it('splits an array of objects, in whatever pieces it arrives', () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const entry = fc.dictionary(fc.string({ unit: anyCharacter }), json).map((record) => ({ ...record }));
  const sizes = fc.array(fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(fc.array(entry), sizes, fc.constantFrom(undefined, 1, '\t'), (list, pieces, indent) => {
      const bounds = { maxEntryBytes: 100_000, maxDepth: 100 };
      const texts = textsOf(split(JSON.stringify(list, null, indent), pieces, bounds)) as string[] | undefined;
      expect(texts?.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
    }),
  );
});

it.each([
  ['a single object', '{"a":1}', ['{"a":1}']],
  ['an empty array', ' [ ] \n', []],
  [
    'brackets and quotes in strings',
    String.raw`[{"a":"]}\"{["},{"\\":"\\"}]`,
    [String.raw`{"a":"]}\"{["}`, String.raw`{"\\":"\\"}`],
  ],
  ['a byte that is not UTF-8', '[{"a":"\u00ff"}]', ['{"a":"\u00ff"}']],
])('reads %s', (_name, text, expected) => {
  for (let size = 1; size <= text.length; size += 1) {
    expect(textsOf(split(text, Array<number>(text.length * 2).fill(size)))).toEqual(expected);
  }
});

it.each([
  ['nothing', ''],
  ['an incomplete array', '[{"a":1}'],
  ['an incomplete object', '[{"a":1'],
  ['a string that does not end', '{"a":"1}'],
  ['a number', '1'],
  ['an array of numbers', '[1]'],
  ['an array of arrays', '[[{}]]'],
  ['two objects', '{}{}'],
  ['text after the array', '[{}]x'],
  ['objects without a comma', '[{}{}]'],
  ['a comma before the end', '[{},]'],
  ['a comma at the start', '[,{}]'],
])('rejects %s', (_name, text) => {
  expect(split(text)).toBeUndefined();
});

it('skips an entry above the bound of bytes, and reads the next one', () => {
  const large = JSON.stringify({ a: 'x'.repeat(BOUNDS.maxEntryBytes) });
  const largest = JSON.stringify({ a: 'x'.repeat(BOUNDS.maxEntryBytes - 8) });
  expect(largest).toHaveLength(BOUNDS.maxEntryBytes);
  expect(textsOf(split(`[${large},${largest}]`, [10, 500]))).toEqual([{ skipped: 'too_large' }, largest]);
});

it('skips an entry above the bound of depth, and reads the next one', () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  expect(textsOf(split(`[${nested(9)},${nested(8)}]`))).toEqual([{ skipped: 'malformed' }, nested(8)]);
});

it('holds no more than the bound of an entry that never ends', () => {
  const splitter = new EntrySplitter(BOUNDS);
  splitter.push(Buffer.from('[{"a":"'));
  const piece = Buffer.alloc(100, 'x');
  for (let count = 0; count < 100; count += 1) splitter.push(piece);
  expect(JSON.stringify(splitter).length).toBeLessThan(500);
});
