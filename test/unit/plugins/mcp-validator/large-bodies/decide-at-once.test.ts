import { readConfig } from '../../../../../kong/pdk/read-config';
import { decide } from '../../../../../plugins/mcp-validator/decision/decide';
import { decideAtOnce } from '../../../../../plugins/mcp-validator/large-bodies/decide-at-once';
import { compileRules } from '../../../../../plugins/mcp-validator/rules';
import { fields } from '../../../../../plugins/mcp-validator/schema';
import { MAX_CHEAP_BODY_BYTES } from '../../../../../plugins/shared/runtime/side-thread/large-body';
import { ballast, call, post } from '../../../../support/large-requests';

const rulesWith = (schemas: Record<string, string>) =>
  compileRules(
    readConfig(fields, {
      paths: ['/mcp'],
      max_body_bytes: 2 * MAX_CHEAP_BODY_BYTES,
      allowed_origins: ['https://app.example.com'],
      tools: { deny: ['drop_*'], schemas },
    }),
  );
const rules = rulesWith({});
const at = (path: string, facts: ReturnType<typeof post>) => ({ ...facts, path });
const large = { text: ballast, nested: { text: ballast }, a: 1 };

it.each([
  ['a good call', post(call(large)), 'pass'],
  ['a call without id', post({ ...call(large), id: undefined }), 'reject'],
  ['a denied tool', post(call(large, 'drop_table')), 'reject'],
  ['arguments that are no object', post({ ...call({}), params: { name: 'add', arguments: [] }, x: 1 }), 'reject'],
  ['a fault after a long string', post(JSON.stringify(call(large)).replace('"a":1', '"a":1,"a":1')), 'reject'],
  ['an origin that is not allowed', post(call(large), { origin: 'https://evil.example.com' }), 'reject'],
  ['a body that is cut off', post(JSON.stringify(call(large)).slice(0, -1)), 'reject'],
])('decides as another thread does: %s', (_, facts, kind) => {
  const decision = decideAtOnce(facts, rules);
  expect(decision).toMatchObject({ kind });
  expect(decision).toEqual(decide(facts, rules));
});

it.each([
  ['another method, whose arguments are checked', post({ ...call(large), method: 'prompts/get' })],
  ['a batch', post([call(large)])],
  ['many values', post(call({ list: Array.from({ length: 40_000 }, () => 0) }))],
  ['a long text beside the arguments', post({ ...call(large), params: { name: ballast, arguments: {} } })],
  ['a body that is too large for it', post(call({ text: 'x'.repeat(MAX_CHEAP_BODY_BYTES) }))],
  ['a path where only a message is checked', at('/other', post(call(large)))],
])('leaves to another thread: %s', (_, facts) => {
  expect(decideAtOnce(facts, rules)).toBeUndefined();
});

it('leaves all to another thread if a tool has a schema', () => {
  expect(decideAtOnce(post(call(large)), rulesWith({ checked: '{"type":"object"}' }))).toBeUndefined();
});
