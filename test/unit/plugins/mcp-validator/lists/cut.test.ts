import { HIDING, judge, LIST, page, tool, tools } from './held';

const a = tool('a');
const hidden = tool('hidden1');

describe("a cut list is the server's list byte for byte, without what the caller may not use", () => {
  it.each([
    ['first', tools(hidden, a), tools(a)],
    ['middle', tools(a, hidden, tool('b')), tools(a, tool('b'))],
    ['last', tools(a, hidden), tools(a)],
    ['two together', tools(a, hidden, tool('hidden2'), tool('b')), tools(a, tool('b'))],
    ['all', tools(hidden, tool('hidden2')), '{"tools":[]}'],
    ['all, with a cursor', `{"tools":[${hidden}],"nextCursor":"p2"}`, '{"tools":[],"nextCursor":"p2"}'],
    ['an empty page with a cursor', '{"nextCursor":"p2","tools":[ ]}', '{"nextCursor":"p2","tools":[ ]}'],
    ['blanks around commas', `{"tools":[ ${hidden} ,\n ${a}\t,  ${hidden} ]}`, `{"tools":[ ${a} ]}`],
    [
      'spellings that a parser would change',
      `{"\\u0074ools" : [${hidden}, {"name":"\\u0061","n":[1e2,-0,9007199254740993,1.0],"annotations":{"readOnlyHint":false}}],"x":{"tools":[${hidden}]}}`,
      `{"\\u0074ools" : [{"name":"\\u0061","n":[1e2,-0,9007199254740993,1.0],"annotations":{"readOnlyHint":false}}],"x":{"tools":[${hidden}]}}`,
    ],
    ['an escaped name', tools('{"name":"\\u0068idden"}', a), tools(a)],
    ['a name that is no text', tools('{"name":5}', '{"name":null}', '{}', '7', '[]', 'null', a), tools(a)],
    ['a second name in another case', tools('{"name":"a","Name":"hidden"}', a), tools(a)],
    [
      'names of inherited members',
      tools(tool('__proto__'), tool('constructor'), hidden),
      tools(tool('__proto__'), tool('constructor')),
    ],
    ['two elements of one name', tools(a, a), tools(a, a)],
    ['two elements of one hidden name', tools(hidden, a, hidden), tools(a)],
    [
      'lists inside of what stays',
      `{"tools":[{"name":"a","_meta":{"tools":[${hidden}]}},${hidden}],"_meta":{"x":{"tools":[${hidden}]}}}`,
      `{"tools":[{"name":"a","_meta":{"tools":[${hidden}]}}],"_meta":{"x":{"tools":[${hidden}]}}}`,
    ],
  ])('%s', async (_, result, expected) => {
    const { text, outcome, kind } = await judge({ body: page(result) });
    expect(text).toBe(page(expected));
    expect([outcome, kind]).toEqual(result === expected ? ['untouched', 'keep'] : ['filtered', 'replace']);
  });

  it('counts shown, hidden and nameless elements', async () => {
    const { lists } = await judge({ body: page(tools(a, hidden, '{"name":5}', tool('b'))) });
    expect(lists).toEqual([
      { method: 'tools/list', outcome: 'filtered', counts: { shown: 2, hidden: 1, nameless: 1 } },
    ]);
  });

  it.each([
    ['prompts/list', '{"prompts":[{"name":"hidden"},{"name":"p"}]}', '{"prompts":[{"name":"p"}]}'],
    [
      'resources/list',
      '{"resources":[{"uri":"file:///%65tc/passwd","name":"x"},{"uri":"file:///pub/x","name":"hidden"}]}',
      '{"resources":[{"uri":"file:///pub/x","name":"hidden"}]}',
    ],
    [
      'resources/templates/list',
      '{"resourceTemplates":[{"uriTemplate":"file:///{path}"},{"uriTemplate":"file:///etc/{name}"}]}',
      '{"resourceTemplates":[{"uriTemplate":"file:///{path}"}]}',
    ],
  ])('%s', async (method, result, expected) => {
    const { text } = await judge({ body: page(result), requests: [{ id: 1, method }] });
    expect(text).toBe(page(expected));
  });

  it.each([
    ['{"ui":{"resourceUri":"file:///etc/x","visibility":["model"]}}', '{"ui":{"visibility":["model"]}}'],
    ['{"ui":{"resourceUri":"file:///etc/x"},"ui/resourceUri":"file:///etc/x"}', '{"ui":{}}'],
    ['{"ui/resourceUri":"file:///etc/x","a":1}', '{"a":1}'],
    ['{"ui":{"resourceUri":"ui://a/b"}}', '{"ui":{"resourceUri":"ui://a/b"}}'],
  ])('a shown tool does not name a denied resource in _meta %s', async (meta, expected) => {
    const { text } = await judge({ body: page(tools(`{"name":"a","_meta":${meta}}`, hidden)) });
    expect(text).toBe(page(tools(`{"name":"a","_meta":${expected}}`)));
  });

  it.each([
    ['{"tools":[],"ttlMs":60000,"cacheScope":"public"}', '{"tools":[],"ttlMs":0,"cacheScope":"private"}'],
    ['{"tools":[]}', '{"cacheScope":"private","tools":[]}'],
    ['{"cacheScope":"private","ttlMs":0,"tools":[]}', '{"cacheScope":"private","ttlMs":0,"tools":[]}'],
    ['{"cacheScope":7,"ttlMs":"x","tools":[]}', '{"cacheScope":"private","ttlMs":0,"tools":[]}'],
  ])('in 2026-07-28 a list stays with its caller: %s', async (result, expected) => {
    const { text, headers } = await judge({ body: page(result), isModern: true });
    expect(text).toBe(page(expected));
    expect(headers).toEqual({ 'Cache-Control': 'private, no-store' });
    expect((await judge({ body: page(result) })).text).toBe(page(result));
  });
});

it.each([
  [60_000, 5000],
  [5000, 5000],
  [4999, 4999],
  [0, 0],
])('list_max_ttl_ms: 5000 makes of ttlMs %d %d', async (ttl, expected) => {
  const config = { ...HIDING, list_max_ttl_ms: 5000 };
  const result = (ttlMs: number) => page(`{"tools":[],"ttlMs":${ttlMs},"cacheScope":"private"}`);
  expect((await judge({ body: result(ttl), isModern: true, config })).text).toBe(result(expected));
});

it('deny * shows an empty list', async () => {
  const body = page('{"tools":[{"name":"a"},{"name":"b"}],"nextCursor":"c"}');
  const { text } = await judge({ body, config: { tools: { deny: ['*'] } } });
  expect(text).toBe(page('{"tools":[],"nextCursor":"c"}'));
});

it.each([
  ['file:///{path}', true],
  ['file:///pub/{path}', true],
  ['file:///etc/{path}', false],
  ['file:///home/{path}', false],
])('template %s under deny file:///etc/* and allow file:///pub/*: shown %j', async (template, isShown) => {
  const body = page(`{"resourceTemplates":[{"uriTemplate":"${template}"}]}`);
  const config = { resources: { allow: ['file:///pub/*'], deny: ['file:///etc/*'] } };
  const { text } = await judge({ body, config, requests: [{ id: 1, method: 'resources/templates/list' }] });
  expect(text).toBe(isShown ? body : page('{"resourceTemplates":[]}'));
});

describe('a list that readers understand differently is not forwarded', () => {
  it.each([
    ['broken JSON', '{"jsonrpc":"2.0","id":1,"result":{"tools":['],
    ['two lists in one result', page('{"tools":[],"tools":[]}')],
    ['a list in another case', page('{"tools":[],"Tools":[]}')],
    ['a result in another case', '{"jsonrpc":"2.0","id":1,"result":{"tools":[]},"Result":{}}'],
    ['two names', page(tools('{"name":"a","name":"hidden"}'))],
    ['the list of another kind', page('{"prompts":[]}')],
    ['no list', page('{}')],
    ['a result that is no object', page('[]')],
    ['no response to the request', page(tools(a), 2)],
    ['a byte order mark', `\ufeff${page(tools(a))}`],
    ['an empty body', ''],
  ])('%s', async (_, body) => {
    const { outcome, status, text, headers, removeHeaders } = await judge({ body });
    expect(outcome).toBe('unreadable');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32603, message: 'The list could not be checked' },
    });
    expect(headers).toEqual({ 'Content-Type': 'application/json', 'Cache-Control': 'private, no-store' });
    expect(removeHeaders).toEqual(expect.arrayContaining(['Content-Encoding', 'ETag', 'Location']));
  });

  it('is forwarded if it is only read, to learn from it', async () => {
    const body = page('{"tools":[],"tools":[]}');
    expect(await judge({ body, config: { tools: { learn: 'report' } } })).toMatchObject({
      kind: 'keep',
      outcome: 'unreadable',
      text: body,
    });
  });
});

describe('responses belong to requests by their id', () => {
  it.each([['"1"'], ['1.0'], ['1e0'], ['" 1"']])('clients that take %s for 1 get a cut list', async (id) => {
    const { text } = await judge({
      body: `[${page(tools(a))},{"jsonrpc":"2.0","id":${id},"result":${tools(hidden)}}]`,
    });
    expect(text).not.toContain('hidden');
  });

  it('judges both responses with the id of the request', async () => {
    const { text } = await judge({ body: `[${page(tools(hidden))},${page(tools(hidden, a))}]` });
    expect(text).toBe(`[${page(tools())},${page(tools(a))}]`);
  });

  it('judges each list of a batch, and no other response', async () => {
    const requests = [
      { id: 1, method: 'tools/list' },
      { id: 'p', method: 'prompts/list' },
      { id: 3, method: 'tools/call', name: 'a' },
    ];
    const prompts = '{"prompts":[{"name":"hidden"}]}';
    const call = page(tools(hidden), 3);
    const body = `[${call}, ${page(prompts, 'p')}, ${page(tools(hidden))}]`;
    const expected = `[${call}, ${page('{"prompts":[]}', 'p')}, ${page(tools())}]`;
    expect((await judge({ body, requests, batch: true })).text).toBe(expected);
    const stream = `data: ${call}\n\ndata: ${page(prompts, 'p')}\n\ndata: ${page(tools(hidden))}\n\n`;
    const type = 'text/event-stream';
    expect((await judge({ body: stream, requests, batch: true, type })).text).not.toContain('"hidden"');
    const events = `data: [${call},${page(prompts, 'p')}]\n\ndata: [${page(tools(hidden))}]\n\n`;
    expect((await judge({ body: events, requests, batch: true, type })).text).toBe(
      `data: [${call},${page('{"prompts":[]}', 'p')}]\n\ndata: [${page(tools())}]\n\n`,
    );
    const failed = await judge({ body: `[${call}]`, requests, batch: true });
    expect(JSON.parse(failed.text)).toMatchObject([{ id: 1 }, { id: 'p' }, { id: 3, error: { code: -32603 } }]);
  });

  it('lets an error pass', async () => {
    const body = '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}';
    expect(await judge({ body })).toMatchObject({ kind: 'keep', outcome: 'error', text: body });
  });
});

it('shows each caller its own list', async () => {
  const rule = { deny: [], allow: [], consumer_tags: [], groups: [], consumers: [] };
  const config = {
    tools: {
      rules: [
        { ...rule, consumers: ['alice'] },
        { ...rule, groups: ['staff'], deny: ['hidden*'] },
      ],
    },
  };
  const body = page(tools(a, hidden));
  const alice = { consumer: { id: '1', username: 'alice', tags: [] }, groups: [] };
  const staff = { consumer: undefined, groups: ['staff'] };
  const [first, second, third] = await Promise.all([
    judge({ body, config, caller: alice }),
    judge({ body, config, caller: staff }),
    judge({ body, config }),
  ]);
  expect([first.text, second.text, third.text]).toEqual([body, page(tools(a)), page(tools())]);
});

it('hides a pinned tool that has changed', async () => {
  expect((await judge({ body: page(tools(a, tool('b'))), usableTools: ['a'] })).text).toBe(page(tools(a)));
});

it('changes nothing in report mode, but counts', async () => {
  const body = page(tools(a, hidden));
  const verdict = await judge({ body, mode: 'report', requests: LIST, config: HIDING });
  expect(verdict).toMatchObject({ kind: 'keep', text: body, headers: {}, removeHeaders: [] });
  expect(verdict.lists).toMatchObject([{ outcome: 'filtered', counts: { hidden: 1 } }]);
});
