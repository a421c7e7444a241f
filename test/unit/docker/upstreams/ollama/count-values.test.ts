import fc from 'fast-check';
import { hasMoreValuesThan } from '../../../../../docker/upstreams/ollama/count-values';
import { parseRequest, chatRequest } from '../../../../../docker/upstreams/ollama/requests';

/** Commas, colons and opening brackets of a JSON value. */
function marks(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members: unknown[] = Object.values(value);
  const own = 1 + Math.max(0, members.length - 1) + (Array.isArray(value) ? 0 : members.length);
  return members.reduce<number>((sum, member) => sum + marks(member), own);
}

it('counts the values of any JSON text, with any nesting and escaping', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = Buffer.from(JSON.stringify(value));
      const count = marks(value);
      expect(hasMoreValuesThan(count, text)).toBe(false);
      expect(hasMoreValuesThan(count - 1, text)).toBe(count > 0);
    }),
  );
});

it.each([
  ['[1,2,3]', 3],
  ['{"a":{"b":[]}}', 5],
  ['["[,:{"]', 1],
  ['["\\\\",",,,\\",",1]', 3],
  ['[[[[', 4],
])('counts what is outside of strings: %s', (text, count) => {
  const bytes = Buffer.from(text);
  expect([hasMoreValuesThan(count, bytes), hasMoreValuesThan(count - 1, bytes)]).toEqual([false, true]);
});

it('rejects a request of millions of empty objects before it is parsed', () => {
  const body = Buffer.from(`{"model":"llama3.2","messages":[${Array(200_001).fill('{}').join(',')}]}`);
  expect(parseRequest(chatRequest, body)).toEqual({ ok: false, error: 'request body has over 200000 values' });
});
