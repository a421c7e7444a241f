import fc from 'fast-check';
import type { ToolCall, Turn } from '../../../../plugins/llm-mcp-agent/apis/dialogue';
import { afterResults, afterTurn, startRun, type Next } from '../../../../plugins/llm-mcp-agent/run/loop';
import type { RunRules } from '../../../../plugins/llm-mcp-agent/run/run-state';
import type { OfferedTool } from '../../../../plugins/llm-mcp-agent/tools/offered-tool';

const offered = (publicName: string, rest: Partial<OfferedTool> = {}): [string, OfferedTool] => [
  publicName,
  {
    publicName,
    server: 'one',
    name: publicName,
    description: '',
    schema: {},
    isReadOnly: false,
    needsApproval: false,
    isUntrusted: false,
    ...rest,
  },
];
const rulesOf = (rest: Partial<RunRules> = {}): RunRules => ({
  bounds: { maxRounds: 4, maxToolCalls: 5, maxRepeats: 2, maxTokens: 100 },
  tools: new Map([
    offered('add'),
    offered('read', { isReadOnly: true, isUntrusted: true }),
    offered('write', { needsApproval: true }),
  ]),
  allowsParallelCalls: true,
  asksApproval: false,
  isTainted: false,
  ...rest,
});
const call = (name: string, args = '{}', id = 'c'): ToolCall => ({ id, name, args });
const turn = (calls: readonly ToolCall[] = [], rest: Partial<Turn> = {}): Turn => ({
  calls,
  clientCalls: 0,
  tokens: 1,
  ...rest,
});
const after = (one: Turn, rules = rulesOf()): Next => afterTurn(startRun(rules).state, one, rules);

it.each<[string, Next, object]>([
  ['asks first', startRun(rulesOf()), { kind: 'ask', isLast: false }],
  ['ends without calls', after(turn()), { kind: 'end', ending: 'answered' }],
  [
    'hands calls of the client back',
    after(turn([call('add')], { clientCalls: 1 })),
    { kind: 'end', ending: 'handed_back' },
  ],
  ['fails with an error', after(turn([], { error: 'broken' })), { kind: 'fail', message: 'broken' }],
  ['stops at the limit of tokens', after(turn([call('add')], { tokens: 100 })), { kind: 'end', ending: 'cut' }],
  ['makes calls', after(turn([call('add')])), { kind: 'call', planned: [{ kind: 'run' }] }],
])('%s', (_what, { step }, expected) => {
  expect(step).toMatchObject(expected);
});

it.each<[string, readonly ToolCall[], Partial<RunRules>, readonly string[]]>([
  ['an unknown tool', [call('other')], {}, ['unknown_tool']],
  ['the same call too often', [call('add'), call('add', ' { } '), call('add')], {}, ['run', 'run', 'repeated']],
  [
    'equal arguments in another order',
    [call('add', '{"a":1,"b":2}'), call('add', '{"b":2,"a":1}'), call('add', '{"a":1,"b":2}')],
    {},
    ['run', 'run', 'repeated'],
  ],
  [
    'a second call without parallel calls',
    [call('add'), call('read')],
    { allowsParallelCalls: false },
    ['run', 'not_parallel'],
  ],
  ['a call that needs an approval', [call('add'), call('write')], {}, ['run', 'needs_approval']],
  ['a call after hostile text', [call('add'), call('read')], { isTainted: true }, ['needs_approval', 'run']],
  [
    'more calls than allowed',
    Array.from({ length: 7 }, (_, n) => call('add', `{"n":${n}}`)),
    {},
    [...Array<string>(5).fill('run'), 'over_limit', 'over_limit'],
  ],
])('answers %s itself', (_what, calls, rest, outcomes) => {
  const { step } = after(turn(calls), rulesOf(rest));
  const planned = step.kind === 'call' ? step.planned : [];
  expect(planned.map((one) => (one.kind === 'run' ? 'run' : one.outcome))).toEqual(outcomes);
});

it('distrusts what follows a result of an untrusted server, but not calls of the same turn', () => {
  const rules = rulesOf({ asksApproval: true });
  const first = after(turn([call('read'), call('add')]), rules);
  expect(first.step.kind).toBe('call');
  const second = afterTurn(afterResults(first.state, rules).state, turn([call('add', '{"n":1}')]), rules);
  expect(second.step).toMatchObject({ kind: 'ask_approval', calls: [{ name: 'add', args: '{"n":1}' }] });
});

it('makes an approved call of the same server only', () => {
  const answered = { server: 'one', name: 'write', args: '{}', callId: 'c', requestId: 'r', isApproved: true };
  const plan = (rest: object) => startRun(rulesOf(), [{ ...answered, ...rest }]).step;
  expect(plan({})).toMatchObject({ kind: 'call', planned: [{ kind: 'run', approvalId: 'r' }] });
  expect(plan({ server: 'two' })).toMatchObject({ planned: [{ kind: 'told', outcome: 'unknown_tool' }] });
  expect(plan({ isApproved: false })).toMatchObject({ planned: [{ kind: 'told', outcome: 'not_approved' }] });
});

const anyCall = fc.record({
  id: fc.string({ maxLength: 4 }),
  name: fc.constantFrom('add', 'read', 'write', 'other'),
  args: fc.constantFrom('{}', '{"a":1}', '{"a":2}', '[]', '{', ''),
});
const anyTurn = fc.record({
  calls: fc.array(anyCall, { maxLength: 6 }),
  clientCalls: fc.constantFrom(0, 0, 0, 0, 1),
  tokens: fc.constantFrom(undefined, 1, 20),
});

it('no model passes a bound, whatever it answers', () => {
  fc.assert(
    fc.property(fc.array(anyTurn, { minLength: 40, maxLength: 40 }), fc.boolean(), (turns, asksApproval) => {
      const rules = rulesOf({ asksApproval });
      const { bounds } = rules;
      let next = startRun(rules);
      let made = 0;
      let rounds = 0;
      const repeats = new Map<string, number>();
      for (let steps = 0; ; steps++) {
        expect(steps).toBeLessThan(2 * bounds.maxRounds + 1);
        const { state, step } = next;
        if (step.kind === 'ask') {
          rounds += 1;
          next = afterTurn(state, turns[rounds] ?? turn(), rules);
        } else if (step.kind === 'call') {
          for (const one of step.planned) {
            if (one.kind === 'told') continue;
            made += 1;
            const key = `${one.tool.publicName}${one.digest}`;
            repeats.set(key, (repeats.get(key) ?? 0) + 1);
            expect(one.tool.publicName).not.toBe('write');
          }
          next = afterResults(state, rules);
        } else break;
      }
      expect(rounds).toBeLessThanOrEqual(bounds.maxRounds);
      expect(made).toBeLessThanOrEqual(bounds.maxToolCalls);
      expect(Math.max(0, ...repeats.values())).toBeLessThanOrEqual(bounds.maxRepeats);
    }),
  );
});
