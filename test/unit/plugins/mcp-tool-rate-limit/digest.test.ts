import fc from 'fast-check';
import { digestOf, encodeParts } from '../../../../plugins/mcp-tool-rate-limit/digest';

const hex = (parts: readonly string[]): string => digestOf(encodeParts(parts)).text;

it('different lists have different digests', () => {
  const list = fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('1:', ':', '2:a', '')), { maxLength: 5 });
  fc.assert(
    fc.property(list, list, (one, two) => {
      expect(hex(one) === hex(two)).toBe(JSON.stringify(one) === JSON.stringify(two));
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
])('%j is not %j', (one, two) => {
  expect(hex(one)).not.toBe(hex(two));
});

it('has 120 bits, whatever the length of what it is of', () => {
  expect(digestOf(encodeParts(['x'.repeat(100_000)])).text).toMatch(/^[\w-]{20}$/);
});
