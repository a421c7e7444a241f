import { brotliCompressSync } from 'node:zlib';
import { until } from '../../../../../kong/testkit/until';
import { probeSchema, type Probe } from '../../../../../plugins/mcp-validator/learning/schemas/probe-schema';
import { request } from '../request';
import { add, EVENTS, gateway, list, PRIVATE, schema, sse, type Exchange } from './gateway';

const LEARN = { learn: 'enforce' };
const other = { ...add, name: 'other' };
/** A list of more than 64 KiB. */
const many = Array.from({ length: 40 }, (_, i) => ({ ...add, name: `tool-${i}`, description: 'd'.repeat(2000) }));

describe('learning', () => {
  it('is off by default', async () => {
    const { answer, call } = gateway({});
    await answer({ answer: list([add]) });
    expect(call({})).toBeUndefined();
  });

  it('learns schemas from a response to tools/list', async () => {
    const { answer, call } = gateway(LEARN);
    expect(call({})).toBeUndefined();
    await answer({ answer: list([add]) });
    expect(call({})).toBe('invalid_arguments');
    expect(call({ a: 1 })).toBeUndefined();
    expect(call({}, { name: 'other' })).toBeUndefined();
  });

  it.each([
    [
      'server-sent events',
      { answer: sse({ jsonrpc: '2.0', method: 'notifications/progress' }, list([add])), headers: EVENTS },
    ],
    ['a gzipped answer', { answer: list([add]), headers: { 'content-encoding': 'gzip' } }],
    [
      'a brotli answer',
      { answer: brotliCompressSync(JSON.stringify(list([add]))), headers: { 'content-encoding': 'br' } },
    ],
    [
      'a batch',
      {
        asked: [request('ping', {}, 7), request('tools/list', {}, 'l')],
        answer: [list([], {}, 7), list([add], {}, 'l')],
      },
    ],
    ['a public list', { answer: list([add], { cacheScope: 'public', ttlMs: 5000 }) }],
    ['a list as the SDKs answer by default, private and expired at once', { answer: list([add], PRIVATE) }],
    ['a list under status 201', { answer: list([add]), status: 201 }],
  ] as [string, Exchange][])('reads %s', async (_, exchange) => {
    const { answer, call } = gateway(LEARN);
    await answer(exchange);
    expect(call({})).toBe('invalid_arguments');
  });

  it.each([
    ['an error', { answer: list([add]), status: 500 }],
    ['an answer of Kong itself', { answer: list([add]), source: 'kong' }],
    ['text that is not JSON', { answer: 'x' }],
    ['another service', { answer: list([add]), service: 'two' }],
  ] as [string, Exchange][])('learns nothing from %s', async (_, exchange) => {
    const { answer, call } = gateway(LEARN);
    await answer(exchange);
    expect(call({})).toBeUndefined();
  });

  it('joins pages, and no list removes tools of another list', async () => {
    const { answer, call } = gateway(LEARN, { unknown_tools: 'deny' });
    await answer({ answer: list([add], { nextCursor: 'p2' }) });
    await answer({ asked: request('tools/list', { cursor: 'p2' }), answer: list([other]) });
    await answer({ answer: list([other]) });
    await answer({ answer: list([]), by: 'Bearer guest' });
    expect([call({}), call({}, { name: 'other' })]).toEqual(['invalid_arguments', 'invalid_arguments']);
    expect([call({ a: 1 }), call({ a: 1 }, { name: 'other' })]).toEqual([undefined, undefined]);
  });

  it('keeps private announcements apart by caller, and knows the tools of all', async () => {
    const { answer, call } = gateway(LEARN, { unknown_tools: 'deny' });
    await answer({ answer: list([add], PRIVATE), by: 'Bearer ann' });
    await answer({ answer: list([], PRIVATE), by: 'Bearer bob' });
    expect(call({}, { by: 'Bearer ann' })).toBe('invalid_arguments');
    expect(call({}, { by: 'Bearer bob' })).toBeUndefined();
    expect(call({}, { by: 'Bearer bob', name: 'made-up' })).toBe('unknown_tool');
  });

  it.each([
    ['shared', 'invalid_arguments'],
    ['off', undefined],
  ])(
    'with learn_private %s a private announcement to one caller has the result %s for another',
    async (mode, decision) => {
      const { answer, call } = gateway({ ...LEARN, learn_private: mode });
      await answer({ answer: list([add], PRIVATE), by: 'Bearer ann' });
      expect(call({}, { by: 'Bearer bob' })).toBe(decision);
    },
  );

  it('accepts what any of the servers behind a service accepts, until its caller gets another announcement', async () => {
    const { answer, call } = gateway(LEARN);
    await answer({ answer: list([add]), by: 'Bearer ann' });
    await answer({ answer: list([{ ...add, inputSchema: { ...schema, required: ['b'] } }]), by: 'Bearer bob' });
    expect([call({ a: 1 }), call({ b: 1 }), call({})]).toEqual([undefined, undefined, 'invalid_arguments']);
    await answer({ answer: list([{ ...add, inputSchema: { ...schema, required: ['b'] } }]), by: 'Bearer ann' });
    expect(call({ a: 1 })).toBe('invalid_arguments');
  });

  it('does not use what was announced to its caller before list_changed, and keeps the names', async () => {
    const { answer, call } = gateway(LEARN, { unknown_tools: 'deny' });
    await answer({ answer: list([add]), by: 'Bearer ann' });
    const error = { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'not yet' } };
    const changed = sse({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, error);
    await answer({ answer: changed, headers: EVENTS, by: 'Bearer bob' });
    expect(call({})).toBe('invalid_arguments');
    await answer({ answer: changed, headers: EVENTS, by: 'Bearer ann' });
    expect(call({})).toBeUndefined();
  });

  it('a configured schema takes precedence, and a learned one makes a tool known', async () => {
    const { answer, call } = gateway({ ...LEARN, schemas: { add: '{"type":"object"}' } }, { unknown_tools: 'deny' });
    expect(call({}, { name: 'other' })).toBe('unknown_tool');
    await answer({ answer: list([add, other]) });
    expect(call({})).toBeUndefined();
    expect(call({ a: 1 }, { name: 'other' })).toBeUndefined();
  });

  it('reports calls that break a learned schema, and lets them pass', async () => {
    const { answer, call, lines, metric } = gateway({ learn: 'report' });
    await answer({ answer: list([add]) });
    expect(call({})).toBeUndefined();
    expect(call({ a: 1 })).toBeUndefined();
    expect(lines).toEqual([
      [
        { service: 'one', tool: 'add', problem: "/arguments must have required property 'a'" },
        'call does not match the learned schema of its tool',
      ],
    ]);
    expect(await metric('mcp_validator_learned_mismatches_total{kong_service="one"}')).toBe('1');
  });
});

describe('what was not learned', () => {
  it.each([
    ['encoding', { answer: 'x', headers: { 'content-encoding': 'compress' } }],
    ['incomplete', { answer: list([add], { _meta: { text: 'x'.repeat(70_000) } }) }],
    ['ambiguous', { answer: `{"jsonrpc":"2.0","id":1,"id":1,"result":{"tools":[${JSON.stringify(add)}]}}` }],
    ['unanswered', { answer: list([add], {}, 2) }],
    ['unanswered', { answer: '', status: 202 }],
    ['malformed', { answer: { jsonrpc: '2.0', id: 1, result: { tools: { add } } } }],
    ['malformed', { answer: list([{ name: 'add' }]) }],
    ['duplicate', { answer: list([add, { ...add, description: 'Adds twice' }]) }],
    ['unsupported', { answer: list([{ ...add, inputSchema: { type: 'object', $ref: '#' } }]) }],
    ['too_large', { answer: list([{ ...add, inputSchema: { ...schema, description: 'x'.repeat(270_000) } }]) }],
  ] as [string, Exchange][])('is counted as %s, and logged once for each service', async (reason, exchange) => {
    const { answer, lines, metric } = gateway(LEARN, { max_list_bytes: reason === 'incomplete' ? 65_536 : 4_194_304 });
    await answer(exchange);
    await answer({ ...exchange, asked: request('tools/list'), by: 'Bearer other' });
    expect(lines.filter(([given]) => given['reason'] === reason)).toHaveLength(1);
    const count = await metric(`mcp_validator_unlearned_total{kong_service="one",reason="${reason}"}`);
    expect(Number(count)).toBeGreaterThan(0);
    await answer({ ...exchange, service: 'two' });
    expect(lines.filter(([given]) => given['reason'] === reason)).toHaveLength(2);
  });

  it('counts a private list that is not to be learned', async () => {
    const { answer, metric, lines } = gateway({ ...LEARN, learn_private: 'off' });
    await answer({ answer: list([add], PRIVATE) });
    expect(await metric('mcp_validator_unlearned_total{kong_service="one",reason="private"}')).toBe('1');
    expect(lines).toHaveLength(1);
  });

  it('ignores a response that the client aborted, an error, and an exchange without lists', async () => {
    const { answer, lines } = gateway(LEARN);
    await answer({ answer: '{"jsonrpc":"2.0","id":1,"res', complete: false });
    await answer({ answer: { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'x' } } });
    await answer({ asked: request('ping'), answer: 'x', headers: { 'content-encoding': 'compress' } });
    expect(lines).toEqual([]);
  });

  it('is nothing of a list that is longer than the capture', async () => {
    const { answer, call } = gateway(LEARN, { unknown_tools: 'deny' });
    await answer({ answer: list(many, { _meta: { text: 'x'.repeat(600_000) } }) });
    expect(call({}, { name: 'tool-39' })).toBe('invalid_arguments');
    expect(call({ a: 1 }, { name: 'tool-39' })).toBeUndefined();
  });

  it('counts only the tools that can be checked', async () => {
    const { answer, metric } = gateway(LEARN);
    const known = () => metric('mcp_validator_learned_tools{kong_service="one"}');
    await answer({ answer: list([add, { ...other, inputSchema: { type: 'object', $ref: '#' } }]) });
    expect(await known()).toBe('1');
    await answer({ answer: list([add, other], PRIVATE) });
    expect(await known()).toBe('2');
  });
});

describe('a tool whose schema cannot be used', () => {
  const recursive = list([{ ...add, inputSchema: { type: 'object', $ref: '#' } }]);

  it('is known: its calls pass unchecked, and are counted', async () => {
    const { answer, call, metric } = gateway(LEARN, { unknown_tools: 'deny' });
    await answer({ answer: recursive });
    expect(call({})).toBeUndefined();
    expect(await metric('mcp_validator_unchecked_calls_total{kong_service="one",reason="unsupported"}')).toBe('1');
    expect(call({}, { name: 'other' })).toBe('unknown_tool');
  });

  it('is denied if configured so, unless its own schema is configured', async () => {
    const { answer, call } = gateway(LEARN, { unusable_schemas: 'deny' });
    await answer({ answer: recursive });
    expect(call({})).toBe('unusable_schema');
    expect(call({}, { name: 'other' })).toBeUndefined();
    const configured = gateway({ ...LEARN, schemas: { add: '{"type":"object"}' } }, { unusable_schemas: 'deny' });
    await configured.answer({ answer: recursive });
    expect(configured.call({})).toBeUndefined();
  });

  it('passes unchecked until its schema is compiled, and is counted', async () => {
    let finish = (_: Probe): void => undefined;
    const thread = { probe: () => new Promise<Probe>((resolve) => (finish = resolve)) };
    const { answer, call, state, metric } = gateway(LEARN, {}, thread);
    const answered = answer({ answer: list([add]) });
    await until(() => state.learner.tools.announcedTools('one', () => '', ['add']) !== undefined, 'the list');
    expect(call({})).toBeUndefined();
    expect(await metric('mcp_validator_unchecked_calls_total{kong_service="one",reason="pending"}')).toBe('1');
    finish(probeSchema(JSON.stringify(schema)));
    await answered;
    expect(call({})).toBe('invalid_arguments');
  });
});
