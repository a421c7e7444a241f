import fc from 'fast-check';
import { Headers } from '../../../../kong/pdk';

const headers = Headers.from({
  Accept: 'text/html',
  'x-two': ['a', 'b'],
  'x-none': [],
  'x-odd': [1, 'c', null],
  'x-flag': true,
  'x-empty': '',
});

it.each<[string, string | undefined, readonly string[], boolean]>([
  ['accept', 'text/html', ['text/html'], true],
  ['Accept', 'text/html', ['text/html'], true],
  ['X-TWO', 'a', ['a', 'b'], true],
  ['x-two', 'a', ['a', 'b'], true],
  ['x-none', undefined, [], false],
  ['x-odd', 'c', ['c'], true],
  ['x-flag', undefined, [], false],
  ['x-empty', '', [''], true],
  ['constructor', undefined, [], false],
  ['__proto__', undefined, [], false],
])('returns get, all and has of %s', (name, first, all, isThere) => {
  expect([headers.get(name), headers.all(name), headers.has(name)]).toEqual([first, all, isThere]);
});

it('counts values and lists names in lower case', () => {
  expect(headers.size).toBe(5);
  expect([...headers.names()]).toEqual(['accept', 'x-two', 'x-odd', 'x-empty']);
});

it('joins the values of two names that differ in case', () => {
  const both = Headers.from({ 'X-A': '1', 'x-a': ['2', '3'] });
  expect([both.all('x-a'), both.size]).toEqual([['1', '2', '3'], 3]);
});

it('accepts any names and any values', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (raw) => {
      const read = Headers.from(raw);
      for (const name of read.names()) expect(read.all(name).every((value) => typeof value === 'string')).toBe(true);
    }),
  );
});

const name = fc.constantFrom('A', 'a', 'b', 'X-C', 'x-c', '__proto__', 'constructor');
const values = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }));
const record = fc
  .array(fc.tuple(name, values), { maxLength: 6 })
  .map((entries): Record<string, string | string[]> => Object.fromEntries(entries));

it('are changed as the record that they come from', () => {
  fc.assert(
    fc.property(record, fc.array(name), record, (raw, cleared, set) => {
      const before = Headers.from(raw);
      const expected = new Map(Object.entries(before.toRecord()));
      for (const one of cleared) expected.delete(one.toLowerCase());
      for (const [one, value] of Object.entries(set)) expected.set(one.toLowerCase(), [value].flat());
      const after = before.changed(cleared, set);
      const left = [...expected].filter(([, list]) => list.length > 0);
      expect(after.toRecord()).toEqual(Object.fromEntries(left));
      expect(after.size).toBe(left.flatMap(([, list]) => list).length);
      expect(before.toRecord()).toEqual(Headers.from(raw).toRecord());
    }),
  );
});
