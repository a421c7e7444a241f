import { setImmediate as nextTurn } from 'node:timers/promises';
import { Headers, type Outcome } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { decide } from '../../plugins/mcp-validator/decision/decide';
import { access } from '../../plugins/mcp-validator/handler';
import { createDecideInThread } from '../../plugins/mcp-validator/large-bodies/decide-in-thread';
import { response } from '../../plugins/mcp-validator/response';
import { compileRules } from '../../plugins/mcp-validator/rules';
import { fields } from '../../plugins/mcp-validator/schema';
import { prepare, type State } from '../../plugins/mcp-validator/state';
import { LARGE_BODY_BYTES } from '../../plugins/shared/runtime/side-thread/large-body';
import { SideThread } from '../../plugins/shared/runtime/side-thread/side-thread';
import { ballast, call, flood, post, resources } from '../support/large-requests';

const large = { ballast };

describe('a large body', () => {
  const config = readConfig(fields, {
    allowed_origins: ['https://app.example.com'],
    tools: { deny: ['drop_*'], schemas: { add: '{"type":"object","required":["a"]}' } },
  });
  const decideInThread = createDecideInThread(config, new SideThread());
  const rules = compileRules(config);

  it.each<[what: string, body: object | string, headers: Record<string, string>]>([
    ['a good call', call({ ...large, a: 1 }), {}],
    ['a batch', [call({ ...large, a: 1 }), call({ a: 1 }, 'add', 2)], {}],
    ['invalid JSON', `${JSON.stringify(call(large))}}`, {}],
    ['a duplicate key', JSON.stringify(call({ ...large, a: 1 })).replace('"a":', '"ballast":1,"a":'), {}],
    ['too many values', call({ values: Array.from({ length: 100_001 }, () => 0) }), {}],
    ['no name', { ...call({}), params: { arguments: large } }, {}],
    ['a denied tool', call(large, 'drop_table'), {}],
    ['arguments that break the configured schema', call(large), {}],
    ['an origin that is not allowed', call({ ...large, a: 1 }, 'add'), { origin: 'https://evil.example.com' }],
    ['a stateless request without its headers', call(large), { 'mcp-protocol-version': '2026-07-28' }],
  ])('gets the same decision in another thread as in this one: %s', async (_, body, more) => {
    const facts = post(body, more);
    expect(facts.body.bytes.length).toBeGreaterThan(LARGE_BODY_BYTES);
    const before = Buffer.from(facts.body.bytes);
    const { decision } = await decideInThread(facts, facts.body.bytes, undefined);
    expect(decision).toEqual(decide(facts, rules));
    expect(facts.body.bytes.equals(before)).toBe(true);
  });
});

const ask = (state: State, body: object): Outcome | Promise<Outcome> =>
  access(state, { ...post(body), service: 'one', identity: undefined, consumer: undefined, groups: [] });

describe('a large body that calls announced tools', () => {
  const config = readConfig(fields, { tools: { learn: 'enforce' } });
  const thread = new SideThread();
  const decideInThread = createDecideInThread(config, thread);
  const runs = jest.spyOn(thread, 'run');
  const announced = { isListed: true, schemas: [], unchecked: undefined, denial: 'tool_changed' } as const;
  const announcedTools = jest.fn((names: readonly string[]) =>
    names.includes('add') ? new Map([['add', announced]]) : undefined,
  );

  it.each([
    ['before its arguments', JSON.stringify(call(large)), ['add']],
    [
      'after them',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":${JSON.stringify(large)},"name":"add"}}`,
      ['add'],
    ],
    ['with an escape', JSON.stringify(call(large)).replace('"add"', '"\\u0061dd"'), ['add']],
    ['in the middle', JSON.stringify([call(large, 'x'), call({}, 'add', 2), call(large, 'y', 3)]), ['x', 'add', 'y']],
  ])('is sent to the thread once, which asks for its tools once: the name is %s', async (_, body, names) => {
    runs.mockClear();
    announcedTools.mockClear();
    const facts = post(body);
    const { decision } = await decideInThread(facts, facts.body.bytes, announcedTools);
    expect(decision).toMatchObject({ kind: 'reject', response: { reason: 'tool_changed' } });
    expect(runs).toHaveBeenCalledTimes(1);
    expect(announcedTools.mock.calls).toEqual([[names]]);
  });

  it.each([
    ['calls no tool', { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: large } }],
    ['is rejected before its messages are read', `${JSON.stringify(call(large))}}`],
  ])('asks for nothing if it %s', async (_, body) => {
    announcedTools.mockClear();
    const facts = post(body);
    await decideInThread(facts, facts.body.bytes, announcedTools);
    expect(announcedTools).not.toHaveBeenCalled();
  });
});

describe('the validator', () => {
  it('decides at once about a body that is not large, and rejects one that is too large unread', async () => {
    const state = prepare(readConfig(fields, { max_body_bytes: 2 * LARGE_BODY_BYTES }), resources());
    const overhead = JSON.stringify(call({ b: [''] })).length;
    expect(ask(state, call({ b: ['x'.repeat(LARGE_BODY_BYTES - overhead)] }))).toMatchObject({ kind: 'proceed' });
    const later = ask(state, call({ b: ['x'.repeat(LARGE_BODY_BYTES - overhead + 1)] }));
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toMatchObject({ kind: 'proceed', share: { mcp: { messages: [{ name: 'add' }] } } });
    expect(ask(state, call({ b: ballast + ballast }))).toMatchObject({ kind: 'reject', status: 413 });
  });

  it('decides at once about the text of a file, unless tools have schemas', async () => {
    const without = prepare(readConfig(fields, {}), resources());
    expect(ask(without, call(large))).toMatchObject({
      kind: 'proceed',
      share: { mcp: { messages: [{ name: 'add' }] } },
    });
    const state = prepare(readConfig(fields, { tools: { schemas: { checked: '{"required":["a"]}' } } }), resources());
    const checked = ask(state, call(large, 'checked'));
    expect(checked).toBeInstanceOf(Promise);
    expect(await checked).toMatchObject({ share: { mcp_denied: { reason: 'invalid_arguments' } } });
  });

  it('checks a large body against the announced tools, too', async () => {
    const state = prepare(readConfig(fields, { tools: { learn: 'enforce' } }), resources());
    const tools = [{ name: 'add', inputSchema: { type: 'object', required: ['a'] } }];
    const asked = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } });
    const held = ask(state, asked) as Outcome;
    await response(state, {
      held: held.share?.['mcp_held'] as string,
      status: 200,
      headers: Headers.from({ 'content-type': 'application/json' }),
      body: { kind: 'bytes', bytes: Buffer.from(answer) },
    });
    await state.learner.tools.settled();
    expect(await ask(state, call(large))).toMatchObject({ share: { mcp_denied: { reason: 'invalid_arguments' } } });
    expect(await ask(state, call({ ...large, a: 1 }))).toMatchObject({ kind: 'proceed' });
  });

  it('handles other requests meanwhile', async () => {
    const state = prepare(readConfig(fields, {}), resources());
    const members = Array.from({ length: 90_000 }, (_, i) => [`key-${i}`, 0] as const);
    let decisions = 0;
    const isDecided = () => decisions > 0;
    const decided = Promise.resolve(ask(state, call(Object.fromEntries(members)))).then(() => (decisions += 1));
    let others = 0;
    for (;;) {
      await nextTurn();
      if (isDecided()) break;
      expect(ask(state, call({}))).toMatchObject({ kind: 'proceed' });
      others += 1;
    }
    await decided;
    expect(others).toBeGreaterThan(0);
  });

  it('responds with 503 if too many bytes are waiting, and decides about all the others', async () => {
    const state = prepare(readConfig(fields, {}), resources());
    await flood((facts) =>
      access(state, { ...facts, service: 'one', identity: undefined, consumer: undefined, groups: [] }),
    );
  });
});
