import { mcpCatalogue } from '../../../../plugins/mcp-validator/params/catalogue';
import type { Revision } from '../../../../plugins/shared/revisions';
import { answerOf, judgeWith, MODERN, modernMeta, modernPost, passOf, post, request } from './request';

const ping = request('ping');
const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
const response = { jsonrpc: '2.0', id: 'r', result: {} };
const header = (version: string) => ({ 'mcp-protocol-version': version });
const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
const ALL = [...LEGACY, MODERN];

describe('ids', () => {
  it.each(['1', '"a"', '""', '-3', '0'])('%s passes', (id) => {
    expect(passOf(post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`))).toBeDefined();
  });

  it.each(['null', '1.5', '7.0', '1e2', '9007199254740993', '01', 'true', '{}', '[]'])('%s gets 400', (id) => {
    expect(answerOf(post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`))).toMatchObject({ status: 400, id: null });
  });
});

describe('params', () => {
  it.each([[[]], [[1]], ['x'], [5], [null], [true]])('%j gets 400 and -32600', (params) => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params };
    expect(answerOf(post(body))).toMatchObject({ status: 400, code: -32600, id: 1 });
  });
});

describe('batches', () => {
  it.each([
    ['2024-11-05', true],
    ['2025-03-26', true],
    [undefined, true],
    ['2025-06-18', false],
    ['2025-11-25', false],
    [MODERN, false],
  ])('with version header %j pass: %j', (version, passes) => {
    const facts = post([ping, notification], { 'mcp-protocol-version': version });
    if (passes) expect(passOf(facts).summary).toMatchObject({ batch: true, messages: [{ id: 1 }, {}] });
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it('can be allowed in every older revision, or in none', () => {
    expect(passOf(post([ping], header('2025-11-25')), { batches: 'legacy' })).toBeDefined();
    expect(answerOf(post([ping], header(MODERN)), { batches: 'legacy' })).toMatchObject({ status: 400, code: -32600 });
    expect(answerOf(post([ping]), { batches: 'deny' })).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it('with an unknown version header are refused for that', () => {
    expect(answerOf(post([ping], header('1999-01-01')))).toMatchObject({ status: 400, code: -32022, id: null });
  });

  it.each([
    ['an empty one', [], 'empty_batch'],
    ['initialize inside', [request('initialize', {})], 'initialize_in_batch'],
    ['calls beside responses', [ping, response], 'mixed_batch'],
    ['a bad element', [ping, 5], 'not_an_object'],
    ['a bad id', [ping, { ...ping, id: 1.5 }], 'invalid_id'],
    ['the same id twice', [ping, ping], 'duplicate_id'],
    ['a stateless request', [request('tools/list', { _meta: modernMeta() })], 'batch_not_allowed'],
    ['a folded member', [request('tools/call', { name: 'a', Name: 'b' })], 'case_folded_member'],
  ])('%s: refused as a whole', (_, batch, reason) => {
    expect(answerOf(post(batch))).toMatchObject({ status: 400, code: -32600, id: null, reason });
  });

  it('keep the bound of their size', () => {
    const batch = Array.from({ length: 3 }, (_, id) => request('ping', {}, id));
    expect(passOf(post(batch), { max_batch: 3 })).toBeDefined();
    expect(answerOf(post(batch), { max_batch: 2 })).toMatchObject({
      status: 400,
      code: -32600,
      reason: 'batch_too_large',
    });
  });

  it('responses alone pass', () => {
    expect(passOf(post([response, { ...response, id: 's' }])).summary?.messages).toHaveLength(2);
  });

  it('one denied call: nothing is carried out and every request is answered', () => {
    const batch = [ping, notification, request('tools/call', { name: 'rm' }, 'two')];
    const config = { tools: { allow: [], deny: ['rm'] } };
    expect(batchAnswer(batch, config)).toEqual([
      [1, -32600],
      ['two', -32602],
    ]);
  });
});

function batchAnswer(batch: object[], config: Record<string, unknown>): unknown {
  const verdict = judgeWith(post(batch), config);
  if (verdict.kind === 'pass') return 'pass';
  expect(verdict.refusal.status).toBe(200);
  const answers = JSON.parse(verdict.refusal.body) as { id: unknown; error: { code: number } }[];
  return answers.map(({ id, error }) => [id, error.code]);
}

describe('responses of clients', () => {
  it.each(LEGACY)('pass in %s', (version) => {
    expect(passOf(post(response, header(version))).summary?.messages).toEqual([{ kind: 'response', id: 'r' }]);
  });

  it(`are refused in ${MODERN}`, () => {
    expect(answerOf(post(response, header(MODERN)))).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it.each([
    ['2024-11-05', false],
    ['2025-03-26', false],
    ['2025-06-18', false],
    ['2025-11-25', true],
  ])('an error without id passes in %s: %j', (version, passes) => {
    const facts = post({ jsonrpc: '2.0', error: { code: -1, message: 'x' } }, header(version));
    if (passes) expect(passOf(facts)).toBeDefined();
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it.each([
    { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: 'x' } },
    { jsonrpc: '2.0', id: null, error: { code: 1, message: 'x' } },
    { jsonrpc: '2.0', id: 1, error: 'x' },
    { jsonrpc: '2.0', id: 1, result: null },
  ])('%j gets 400', (body) => {
    expect(answerOf(post(body))).toMatchObject({ status: 400, code: -32600, id: null });
  });
});

describe('_meta', () => {
  it.each([
    ['a', true],
    ['a.b-c_d', true],
    ['com.example/key', true],
    ['com.example/', true],
    ['', true],
    ['-a', false],
    ['a b', false],
    ['1com/key', false],
    ['com./key', false],
    ['a/b/c', false],
    ['é', false],
  ])('key %j is well formed: %j', (key, isWellFormed) => {
    const facts = post(request('tools/list', { _meta: { [key]: 1 } }));
    expect(passOf(facts).metaKeyProblem).toBe(isWellFormed ? undefined : 'malformed');
    expect(passOf(facts, { meta_key_check: 'off' }).metaKeyProblem).toBeUndefined();
    if (!isWellFormed) {
      expect(answerOf(facts, { meta_key_check: 'deny' })).toMatchObject({ status: 200, code: -32602, id: 1 });
    }
  });

  it.each([
    ['text', true],
    [7, true],
    [1.5, false],
    [{}, false],
    [null, false],
  ])('progressToken %j passes: %j', (progressToken, passes) => {
    for (const version of LEGACY) {
      const facts = post(request('tools/list', { _meta: { progressToken } }), header(version));
      if (passes) expect(passOf(facts)).toBeDefined();
      else expect(answerOf(facts)).toMatchObject({ status: 200, code: -32602, id: 1 });
    }
    const modern = modernPost('tools/list', { _meta: modernMeta({ progressToken }) });
    if (passes) expect(passOf(modern)).toBeDefined();
    else expect(answerOf(modern)).toMatchObject({ status: 400, code: -32602, id: 1 });
  });

  it('trace context keys are free', () => {
    const _meta = { traceparent: 'x', tracestate: 'y', baggage: 'z' };
    expect(passOf(post(request('tools/list', { _meta }))).metaKeyProblem).toBeUndefined();
  });

  it.each([
    ['modelcontextprotocol.io/x', true],
    ['mcp.dev/x', true],
    ['tools.mcp.com/x', true],
    ['a.b.mcp.c/x', true],
    ['com.mcp/x', true],
    ['com.mcp.tools/x', true],
    ['org.modelcontextprotocol/x', true],
    ['io.modelcontextprotocol/related-task', false],
    ['io.modelcontextprotocol/ui', false],
    ['com.example.mcp/x', false],
    ['com.mcpx/x', false],
    ['mcp/x', false],
    ['mcp.dev', false],
    ['x', false],
  ])('the prefix of %j is reserved: %j, which is told, never refused', (key, isReserved) => {
    const facts = post(request('tools/list', { _meta: { [key]: 1 } }));
    for (const check of ['warn', 'deny']) {
      expect(passOf(facts, { meta_key_check: check }).metaKeyProblem).toBe(isReserved ? 'reserved' : undefined);
    }
    expect(passOf(facts, { meta_key_check: 'off' }).metaKeyProblem).toBeUndefined();
  });

  it('of a batch the worst is told', () => {
    const ping = (key: string, id: number) => request('ping', { _meta: { [key]: 1 } }, id);
    const batch = [ping('mcp.dev/x', 1), ping('a b', 2), ping('x', 3)];
    expect(passOf(post(batch)).metaKeyProblem).toBe('malformed');
    expect(passOf(post(batch.slice(0, 1))).metaKeyProblem).toBe('reserved');
  });
});

it('a cursor has a bound', () => {
  expect(passOf(post(request('tools/list', { cursor: 'x'.repeat(16_384) })))).toBeDefined();
  expect(answerOf(post(request('tools/list', { cursor: 'x'.repeat(16_385) })))).toMatchObject({ code: -32602, id: 1 });
});

it.each([
  ['tools/call', { name: 'x' }],
  ['prompts/get', { name: 'x' }],
  ['resources/read', { uri: 'test://x' }],
])('the state that a stateless %s hands back has a bound', (method, params) => {
  const withState = (length: number) => modernPost(method, { ...params, requestState: 'x'.repeat(length) });
  expect(passOf(withState(262_144))).toBeDefined();
  expect(answerOf(withState(262_145))).toMatchObject({ status: 400, code: -32602, id: 1 });
});

it('cancel needs its request id, but not where tasks exist', () => {
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: {} };
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', MODERN]) {
    expect(answerOf(post(cancel, header(version)))).toMatchObject({ status: 400, code: -32602, id: null });
  }
  expect(passOf(post(cancel, header('2025-11-25')))).toBeDefined();
});

describe('the status of an error', () => {
  const bad = request('tools/call', {}, 'x');

  it.each(LEGACY)('%s: 200 as from a server, or 400', (version) => {
    const facts = post(bad, header(version));
    expect(answerOf(facts)).toMatchObject({ status: 200, code: -32602, id: 'x' });
    expect(answerOf(facts, { status_mode: 'always_4xx' })).toMatchObject({ status: 400, code: -32602, id: 'x' });
  });

  it('never 404 for an older client, whose session would seem gone', () => {
    const config = { unknown_methods: 'deny', status_mode: 'always_4xx' };
    expect(answerOf(post(request('vendor/x'), { 'mcp-session-id': 's' }), config)).toMatchObject({
      status: 400,
      code: -32601,
    });
  });

  it(`${MODERN}: 400, and 404 for a method`, () => {
    expect(answerOf(modernPost('tools/call', { arguments: 5, name: 'x' }))).toMatchObject({
      status: 400,
      code: -32602,
      id: 1,
    });
    expect(answerOf(modernPost('ping'))).toMatchObject({ status: 404, code: -32601, id: 1 });
  });
});

describe('methods by revision', () => {
  const base = [
    'initialize',
    'ping',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'prompts/get',
    'tools/list',
    'tools/call',
    'logging/setLevel',
    'completion/complete',
  ];
  const tasks = ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/list'];
  const modern = [
    'server/discover',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'subscriptions/listen',
    'prompts/list',
    'prompts/get',
    'tools/list',
    'tools/call',
    'completion/complete',
  ];
  const known: Record<string, string[]> = {
    '2024-11-05': base,
    '2025-03-26': base,
    '2025-06-18': base,
    '2025-11-25': [...base, ...tasks],
    [MODERN]: modern,
  };
  const every = [...new Set([...base, ...tasks, ...modern])];

  it.each(ALL)('%s', (version) => {
    const found = every.filter((method) => mcpCatalogue().has(version as Revision, 'request', method));
    expect(found.sort()).toEqual([...(known[version] ?? [])].sort());
  });

  it('an older client may use a method of another revision, unless unknown ones are denied', () => {
    const facts = post(request('tasks/get', { taskId: 't' }), header('2025-06-18'));
    expect(passOf(facts)).toBeDefined();
    expect(answerOf(facts, { unknown_methods: 'deny' })).toMatchObject({ status: 200, code: -32601 });
  });

  it('notifications by revision', () => {
    const names = ['cancelled', 'initialized', 'progress', 'roots/list_changed', 'tasks/status'];
    const has = (version: string) =>
      names.filter((name) => mcpCatalogue().has(version as Revision, 'notification', `notifications/${name}`));
    expect(ALL.map(has)).toEqual([names.slice(0, 4), names.slice(0, 4), names.slice(0, 4), names, ['cancelled']]);
  });

  it('a denied notification gets 400', () => {
    const config = { methods: { allow: [], deny: ['notifications/*'] } };
    expect(answerOf(post(notification), config)).toMatchObject({ status: 400, code: -32601, id: null });
  });

  it('a denied method looks as if it did not exist', () => {
    const config = { methods: { allow: [], deny: ['logging/*'] } };
    expect(answerOf(post(request('logging/setLevel', { level: 'info' })), config)).toMatchObject({
      status: 200,
      code: -32601,
      message: 'Method not found',
      id: 1,
    });
  });
});
