import fc from 'fast-check';
import { requestFinder } from '../../../../../plugins/mcp-validator/lists/asked-requests';
import { judgeBody } from '../../../../../plugins/mcp-validator/lists/judge-body';
import { judgeText, type AnswerPolicy } from '../../../../../plugins/mcp-validator/lists/judge-text';
import { applyEdits } from '../../../../../plugins/shared/json/edits';

/** `npm run fuzz -- lists` compares many more documents. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

const requests = [{ id: 1, method: 'tools/list' }];
const find = requestFinder(requests);
const policy: AnswerPolicy = {
  hides: new Set(['tools']),
  lists: { shows: (_, name) => !name.startsWith('h'), hidesResource: () => false, caching: undefined },
  replaceOutput: () => undefined,
};

const blank = fc.stringMatching(/^[ \t\n\r]{0,2}$/);
/** Spells some characters of a JSON string as escapes. */
const spelled = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: text.length, maxLength: text.length }).map(
    (ways) =>
      `"${Array.from(JSON.stringify(text).slice(1, -1))
        .map((char, index) =>
          ways[index] === 0 && /[a-z]/.test(char) && !/\\/.test(JSON.stringify(text))
            ? `\\u00${char.charCodeAt(0).toString(16)}`
            : char,
        )
        .join('')}"`,
  );
const scalar = fc.constantFrom(
  '1e2',
  '-0',
  '1.0',
  '9007199254740993',
  'true',
  'false',
  'null',
  '"\\u2028,]}"',
  '"\\"[{"',
  '"é😀"',
  '{}',
  '[]',
  '[1, {"tools":[]}]',
  '{"name":"h"}',
);
const name = fc.constantFrom('a', 'b', 'h', 'hidden', 'constructor', 'é', '');

/** An element of a list with its text and whether it is shown. */
const element = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        named: name.chain((one) => spelled(one).map((text) => ({ one, text }))),
        before: scalar,
        after: scalar,
        space: blank,
      })
      .map(({ named, before, after, space }) => ({
        text: `{${space}"x":${before},${space}"name"${space}:${named.text},"y":${after}${space}}`,
        isShown: !named.one.startsWith('h'),
      })),
  },
  { weight: 1, arbitrary: scalar.filter((text) => text !== '{"name":"h"}').map((text) => ({ text, isShown: false })) },
);

const document = fc.record({
  elements: fc.array(fc.tuple(blank, element, blank), { maxLength: 6 }),
  key: spelled('tools'),
  members: fc.tuple(scalar, scalar, scalar),
  space: blank,
  empty: blank,
  isBatch: fc.boolean(),
});

it('agrees with a reader of JSON about what is left, and leaves all other bytes as they were', () => {
  fc.assert(
    fc.property(document, ({ elements, key, members, space, empty, isBatch }) => {
      const list =
        elements.length > 0 ? elements.map(([before, { text }, after]) => before + text + after).join(',') : empty;
      const head = `${isBatch ? '[' : ''}${space}{"jsonrpc":"2.0",${space}"id":1,"result":{"a":${members[0]},${key}${space}:${space}[`;
      const tail = `]${space},"z":${members[1]},"nextCursor":"c"}${space}}${isBatch ? `,${members[2]}]` : space}`;
      const bytes = Buffer.from(head + list + tail);
      const judged = judgeText(bytes, find, policy);
      const text = applyEdits(bytes, judged!.edits).toString();
      const shown = elements.filter(([, { isShown }]) => isShown).map(([, one]) => one.text);
      // The bytes around the list.
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      // The elements: their values to a reader of JSON, and their bytes.
      const cut = text.slice(head.length, text.length - tail.length);
      expect(JSON.parse(`[${cut}]`)).toEqual(JSON.parse(`[${shown.join(',')}]`));
      expect(leftOf(cut, shown).replace(/[ \t\n\r]/g, '')).toBe(','.repeat(Math.max(0, shown.length - 1)));
      if (shown.length === elements.length) expect(cut).toBe(list);
      if (shown.length === 0 && elements.length > 0) expect(cut).toBe('');
      // The same in a stream of events, on one line or several.
      const stream = `id: 1\n${bytes
        .toString()
        .split(/\r\n|\r|\n/)
        .map((line) => `data: ${line}\n`)
        .join('')}\n: end\n`;
      const streamed = judgeBody(Buffer.from(stream), true, requests, policy);
      const data = streamed!.bytes
        .toString()
        .split('\n')
        .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
      expect(JSON.parse(data.join('\n'))).toEqual(JSON.parse(text));
    }),
    { numRuns: RUNS },
  );
});

/** What is left of a text when its parts are taken out, in order. */
function leftOf(text: string, parts: readonly string[]): string {
  let at = 0;
  let left = '';
  for (const part of parts) {
    const found = text.indexOf(part, at);
    left += text.slice(at, found);
    at = found + part.length;
  }
  return left + text.slice(at);
}
