import fc from 'fast-check';
import { jsonSlicesTask, JSON_BOUNDS } from '../../../../plugins/llm-mcp-agent/service/json-slices-task';
import { readLargeJson } from '../../../../plugins/llm-mcp-agent/service/read-large-json';
import { writeJson } from '../../../../plugins/llm-mcp-agent/service/write-json';

const anyBody = fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 20 })));
const thread = { run: (_task: unknown, bytes: Uint8Array) => Promise.resolve(jsonSlicesTask({ bytes })) };

it('a request in slices is the same JSON', async () => {
  await fc.assert(
    fc.asyncProperty(anyBody, async (body) => {
      const text = JSON.stringify(body);
      expect((await writeJson(body as never)).toString()).toBe(text);
      const read = await readLargeJson(Buffer.from(text), thread as never);
      expect('value' in (read as object) && JSON.stringify((read as { value: unknown }).value)).toBe(text);
    }),
  );
});

it.each([
  ['{"a":1,"a":2}', /duplicate key/],
  ['[1]', /must be a JSON object/],
  ['{"a":', /not valid JSON/],
  [`{"a":[${'1,'.repeat(JSON_BOUNDS.maxValues)}1]}`, /not valid JSON/],
])('a large request is as strict as a small one %#', async (text, expected) => {
  expect(await readLargeJson(Buffer.from(text), thread as never)).toMatchObject({
    problem: expect.stringMatching(expected) as string,
  });
});

it('others are served between the slices of a long history', async () => {
  const messages = Array.from({ length: 40 }, () => ({ role: 'user', content: 'x'.repeat(100_000) }));
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const read = await readLargeJson(await writeJson({ messages }), thread as never);
  isDone = true;
  expect('value' in (read as object)).toBe(true);
  expect(turns).toBeGreaterThan(40);
});
