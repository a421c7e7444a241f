import fc from 'fast-check';
import { completeToolsOf } from '../../../../../../plugins/mcp-validator/learning/lists/complete-tools';
import {
  readToolUpdates,
  type ListExchange,
} from '../../../../../../plugins/mcp-validator/learning/lists/read-tool-updates';
import { request } from '../../request';
import { add, list, sse } from '../gateway';

const exchangeOf = (bytes: Uint8Array, more: Partial<ListExchange> = {}): ListExchange => ({
  asked: Buffer.from(JSON.stringify(request('tools/list'))),
  isAskedCut: false,
  isEventStream: false,
  isAccepted: true,
  bytes,
  isCut: false,
  isBrokenOff: false,
  withParts: false,
  ...more,
});

const tools = [add, { ...add, name: 'a"b\\', description: '{"tools":[' }, { ...add, name: 'é' }];
const text = JSON.stringify(list(tools, { _meta: { tools: [{ name: 'x' }] } }));
const events = sse({ jsonrpc: '2.0', method: 'notifications/progress' }, list(tools));

it('never throws for any bytes', () => {
  const parts = fc.constantFrom(
    '{"result":{"tools":[',
    '{"name":"a"}',
    ',',
    ']}',
    'data: ',
    '\n\n',
    '"',
    '\\',
    '{',
    '}',
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(parts, { maxLength: 30 }).map((given) => Buffer.from(given.join(''))),
  );
  fc.assert(
    fc.property(
      bytes,
      fc.uint8Array({ maxLength: 20 }),
      fc.boolean(),
      fc.boolean(),
      (given, asked, isEventStream, isCut) => {
        expect(() => readToolUpdates(exchangeOf(given, { isEventStream, isCut }))).not.toThrow();
        expect(() => readToolUpdates(exchangeOf(given, { asked, isAskedCut: isCut }))).not.toThrow();
      },
    ),
  );
});

it.each([
  ['JSON', text, false],
  ['events', events, true],
])(
  'reads the complete tools of a list as %s that is cut anywhere, and never reads it as a complete response',
  (_, whole, isEventStream) => {
    const bytes = Buffer.from(whole);
    const names = tools.map(({ name }) => name);
    for (let end = 0; end < bytes.length; end += 3) {
      const { pages, unread } = readToolUpdates(exchangeOf(bytes.subarray(0, end), { isEventStream, isCut: true }));
      const read = pages.flatMap((page) => page.tools.map(({ name }) => name));
      // The event is whole before its blank line.
      if (pages.some(({ isResponse }) => isResponse)) expect(end).toBeGreaterThan(bytes.length - 3);
      else {
        expect(names.slice(0, read.length)).toEqual(read);
        expect(unread).toBe('incomplete');
      }
    }
    const news = readToolUpdates(exchangeOf(bytes, { isEventStream }));
    expect(news.pages).toMatchObject([{ isResponse: true, isFirst: true, isPrivate: false }]);
    expect(news.unread).toBeUndefined();
  },
);

it.each([
  ['', []],
  ['{"result":{"tools":[{"a":[{}]},{"b":1', ['{"a":[{}]}']],
  ['{"x":{"tools":[{}]},"result":{"y":{"tools":[{}]},"tools":[{}]}}', ['{}']],
  ['{"result" : {"tools"\n:[ {"a":"}]"} , {}', ['{"a":"}]"}', '{}']],
  ['[{"result":{"tools":[{}]}}]', []],
  ['{"result":{"tools":[[{}],{"a":1}]}}', ['{"a":1}']],
])('finds the complete tools of %s', (head, found) => {
  expect(completeToolsOf(head)).toEqual(found);
});
