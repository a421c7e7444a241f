import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Outcome } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { decide } from '../../plugins/mcp-validator/decision/decide';
import { access, log } from '../../plugins/mcp-validator/handler';
import { createDecideInThread } from '../../plugins/mcp-validator/large-bodies/decide-in-thread';
import { compileRules } from '../../plugins/mcp-validator/rules';
import { fields } from '../../plugins/mcp-validator/schema';
import { prepare, type State } from '../../plugins/mcp-validator/state';
import { captureFromShared } from '../../plugins/shared/captured-body/capture';
import { LARGE_BODY_BYTES } from '../../plugins/shared/runtime/side-thread/large-body';
import { SideThread } from '../../plugins/shared/runtime/side-thread/side-thread';
import { logEntry, sharedCapture } from '../support/exchange';
import { ballast, call, flood, post, resources } from '../support/large-requests';

const large = { ballast };
const learnsNothing = () => undefined;

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
    ['no JSON', `${JSON.stringify(call(large))}}`, {}],
    ['a key twice', JSON.stringify(call({ ...large, a: 1 })).replace('"a":', '"ballast":1,"a":'), {}],
    ['too many values', call({ values: Array.from({ length: 100_001 }, () => 0) }), {}],
    ['no name', { ...call({}), params: { arguments: large } }, {}],
    ['a denied tool', call(large, 'drop_table'), {}],
    ['arguments that break the configured schema', call(large), {}],
    ['an origin that is not allowed', call({ ...large, a: 1 }, 'add'), { origin: 'https://evil.example.com' }],
    ['a stateless request without its headers', call(large), { 'mcp-protocol-version': '2026-07-28' }],
  ])('is judged in another thread as it would be in this one: %s', async (_, body, more) => {
    const facts = post(body, more);
    expect(facts.body.bytes.length).toBeGreaterThan(LARGE_BODY_BYTES);
    const before = Buffer.from(facts.body.bytes);
    const { decision } = await decideInThread(facts, facts.body.bytes, learnsNothing);
    expect(decision).toEqual(decide(facts, rules));
    expect(facts.body.bytes.equals(before)).toBe(true);
  });
});

const ask = (state: State, body: object): Outcome | Promise<Outcome> =>
  access(state, { ...post(body), service: 'one', requestId: 'r' });

describe('a large body that names tools', () => {
  const config = readConfig(fields, { tools: { learn: 'enforce' } });
  const thread = new SideThread();
  const decideInThread = createDecideInThread(config, thread);
  const runs = jest.spyOn(thread, 'run');
  const told = { isListed: true, schemas: [], unchecked: undefined, denial: 'tool_changed' } as const;
  const toldOf = (names: readonly string[]) => (names.includes('add') ? new Map([['add', told]]) : undefined);

  it.each([
    ['once', 'before its arguments', JSON.stringify(call(large)), 1],
    [
      'once',
      'after them',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":${JSON.stringify(large)},"name":"add"}}`,
      1,
    ],
    ['twice', 'with an escape', JSON.stringify(call(large)).replace('"add"', '"\\u0061dd"'), 2],
    ['twice', 'in the middle', JSON.stringify([call(large, 'x'), call({}, 'add', 2), call(large, 'y', 3)]), 2],
  ])('is judged %s when the name is %s', async (_, __, body, times) => {
    runs.mockClear();
    const facts = post(body);
    const { decision } = await decideInThread(facts, facts.body.bytes, toldOf);
    expect(decision).toMatchObject({ kind: 'reject', response: { reason: 'tool_changed' } });
    expect(runs).toHaveBeenCalledTimes(times);
  });
});

describe('the validator', () => {
  it('judges what is not large at once, and what is too large without looking at it', async () => {
    const state = prepare(readConfig(fields, { max_body_bytes: 2 * LARGE_BODY_BYTES }), resources());
    const overhead = JSON.stringify(call({ b: '' })).length;
    expect(ask(state, call({ b: 'x'.repeat(LARGE_BODY_BYTES - overhead) }))).toMatchObject({ kind: 'proceed' });
    const later = ask(state, call({ b: 'x'.repeat(LARGE_BODY_BYTES - overhead + 1) }));
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toMatchObject({ kind: 'proceed', share: { mcp: { messages: [{ name: 'add' }] } } });
    expect(ask(state, call({ b: ballast + ballast }))).toMatchObject({ kind: 'reject', status: 413 });
  });

  it('judges it by what the server told of its tools, too', async () => {
    const state = prepare(readConfig(fields, { tools: { learn: 'enforce' } }), resources());
    const tools = [{ name: 'add', inputSchema: { type: 'object', required: ['a'] } }];
    const asked = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } });
    const entry = logEntry({ contentType: 'application/json', service: { name: 'one' } });
    await log(state, { entry, capture: captureFromShared(sharedCapture(asked, answer)) });
    await state.learner.tools.settled();
    expect(await ask(state, call(large))).toMatchObject({ share: { mcp_denied: { reason: 'invalid_arguments' } } });
    expect(await ask(state, call({ ...large, a: 1 }))).toMatchObject({ kind: 'proceed' });
  });

  it('answers others while it judges one', async () => {
    const state = prepare(readConfig(fields, {}), resources());
    const members = Array.from({ length: 90_000 }, (_, i) => [`key-${i}`, 0] as const);
    let verdicts = 0;
    const isJudged = () => verdicts > 0;
    const judged = Promise.resolve(ask(state, call(Object.fromEntries(members)))).then(() => (verdicts += 1));
    let others = 0;
    for (;;) {
      await nextTurn();
      if (isJudged()) break;
      expect(ask(state, call({}))).toMatchObject({ kind: 'proceed' });
      others += 1;
    }
    await judged;
    expect(others).toBeGreaterThan(0);
  });

  it('answers 503 when too many bytes wait already, and judges all the others', async () => {
    const state = prepare(readConfig(fields, {}), resources());
    await flood((facts) => access(state, { ...facts, service: 'one', requestId: 'r' }));
  });
});
