import fc from 'fast-check';
import { offerTools, type ListedServer } from '../../../../plugins/llm-mcp-agent/tools/offer-tools';
import { publicNameOf } from '../../../../plugins/llm-mcp-agent/tools/public-name';
import { cutText, errorText, textOfResult } from '../../../../plugins/llm-mcp-agent/tools/result-text';
import { nameRule } from '../../../../plugins/shared/name-rules/name-rule';

const server = (name: string, tools: readonly object[], rest: Partial<ListedServer> = {}): ListedServer => ({
  name,
  rule: nameRule({ allow: ['*'], deny: [] }),
  needsApproval: () => false,
  untrusted: false,
  tools: tools as ListedServer['tools'],
  ...rest,
});
const bounds = { maxTools: 128, maxDefinitionBytes: 262_144, asksUnlessReadOnly: false };
const namesOf = (servers: readonly ListedServer[], taken: readonly string[] = [], limits = bounds): string[] => [
  ...offerTools(servers, new Set(taken), limits).tools.keys(),
];
const named = (...names: readonly string[]): object[] => names.map((name) => ({ name, inputSchema: {} }));

describe('the offered tools', () => {
  it.each<[string, string[], string[]]>([
    [
      'in the order of servers and names',
      namesOf([server('b', named('y', 'x')), server('a', named('z'))]),
      ['x', 'y', 'z'],
    ],
    ['none of two equal names', namesOf([server('a', named('x', 'y')), server('b', named('x'))]), ['y']],
    ['both with a prefix', namesOf([server('a', named('x')), server('b', named('x'), { prefix: 'b_' })]), ['x', 'b_x']],
    ['not those of the client', namesOf([server('a', named('x', 'y'))], ['x']), ['y']],
    [
      'denied ones never',
      namesOf([server('a', named('x', 'y'), { rule: nameRule({ allow: ['*'], deny: ['x'] }) })]),
      ['y'],
    ],
    ['nothing without a name', namesOf([server('a', [{ inputSchema: {} }, { name: 5 }])]), []],
  ])('%s', (_what, names, expected) => {
    expect(names).toEqual(expected);
  });

  it('are within the bounds, and the largest definitions are left out first', () => {
    const many = Array.from({ length: 200 }, (_, n) => ({ name: `t${String(n).padStart(3, '0')}`, inputSchema: {} }));
    const offer = offerTools([server('a', many)], new Set(), bounds);
    expect([offer.tools.size, offer.dropped]).toEqual([128, 72]);
    const large = { name: 'large', inputSchema: { type: 'object', description: 'x'.repeat(200_000) } };
    const other = { name: 'other', inputSchema: { type: 'object', description: 'x'.repeat(100_000) } };
    expect(namesOf([server('a', [large, other, ...named('small')])])).toEqual(['other', 'small']);
  });
});

it.each([
  ['', 'add', 'add'],
  ['p.', 'a/b c', 'p_a_b_c'],
  ['', 'ä', '_'],
])('the name of %s%s is %s', (prefix, tool, expected) => {
  expect(publicNameOf(prefix, tool)).toBe(expected);
});

it('long names stay different, and have at most 64 characters', () => {
  const long = 'x'.repeat(90);
  expect(publicNameOf('', long)).toMatch(/^x{55}_[0-9a-f]{8}$/);
  expect(publicNameOf('', long)).not.toBe(publicNameOf('', `${long}y`));
  expect(publicNameOf('', 'y'.repeat(64))).toHaveLength(64);
});

describe('the result of a tool', () => {
  const text = (result: object, takesImages = false, maxBytes = 1000) =>
    textOfResult(result as never, { maxBytes, takesImages });
  const image = { type: 'image', mimeType: 'image/png', data: 'aGk=' };
  it.each<[string, object, string]>([
    [
      'texts',
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      'a\nb',
    ],
    ['structured content', { content: [], structuredContent: { a: 1 } }, '{"a":1}'],
    ['text beside structured content', { content: [{ type: 'text', text: 'a' }], structuredContent: { a: 1 } }, 'a'],
    ['a link', { content: [{ type: 'resource_link', uri: 'file:///a' }] }, 'file:///a'],
    ['an image', { content: [image] }, '[image omitted]'],
    ['audio', { content: [{ type: 'audio', data: '' }] }, '[audio omitted]'],
    ['nothing', {}, ''],
  ])('is the text of %s', (_what, result, expected) => {
    expect(text(result).text).toBe(expected);
  });

  it('contains images where the API takes them, within the bound', () => {
    expect(text({ content: [image] }, true).images).toEqual([{ mimeType: 'image/png', data: 'aGk=' }]);
    expect(text({ content: [image] }, true, 3)).toMatchObject({ images: [] });
    expect(text({ content: [{ ...image, mimeType: 'image/svg+xml' }] }, true).images).toEqual([]);
  });

  it('is cut to valid UTF-8 within the bound', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }),
        fc.integer({ min: 100, max: 300 }),
        (long, max) => {
          const cut = cutText(long, max);
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
          expect(long.startsWith(cut.split('\n[cut: ')[0] ?? '')).toBe(true);
        },
      ),
    );
  });
});

it.each([
  ['<p>Not <b>found</b></p>\n at\thttps://10.0.0.1/x', 'Not found at [address]'],
  ['refused 10.0.0.1:8080', 'refused [address]'],
  ['x'.repeat(600), 'x'.repeat(500)],
])('an error is one short line: %s', (message, expected) => {
  expect(errorText(message)).toBe(expected);
});
