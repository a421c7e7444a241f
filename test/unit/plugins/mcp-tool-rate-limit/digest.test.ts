import fc from 'fast-check';
import { digestOf, encodeParts } from '../../../../plugins/mcp-tool-rate-limit/digest';

const textOf = (parts: readonly string[]): string => digestOf(encodeParts(parts)).text;

it('differs for different lists', () => {
  const list = fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('1:', ':', '2:a', '')), { maxLength: 5 });
  fc.assert(
    fc.property(list, list, (one, two) => {
      expect(textOf(one) === textOf(two)).toBe(JSON.stringify(one) === JSON.stringify(two));
    }),
  );
});

it.each([
  [
    ['a', 'bc'],
    ['ab', 'c'],
  ],
  [
    ['', 'a'],
    ['a', ''],
  ],
  [['1:a'], ['a']],
  [['expensive'], ['Expensive']],
  [['expensive'], ['ехpensive']],
  [['caf\u00e9'], ['cafe\u0301']],
])('%j and %j have different digests', (one, two) => {
  expect(textOf(one)).not.toBe(textOf(two));
});

it('has 120 bits for parts of any length', () => {
  expect(digestOf(encodeParts(['x'.repeat(100_000)])).text).toMatch(/^[\w-]{20}$/);
});
