import fc from 'fast-check';
import { decide } from '../../../../../plugins/mcp-validator/decision/decide';
import type { CallerFacts } from '../../../../../plugins/mcp-validator/policy/caller-rules';
import { post, request, rulesOf } from '../request';
import { judge } from './held';

/** `npm run fuzz -- lists` compares many more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);

const NAMES = ['a', 'ab', 'b', 'abc', 'constructor', 'x y'];
const URIS = [
  'file:///etc/a',
  'file:///pub/a',
  'file:///pub/%2e%2e/etc/a',
  'ui://a/b',
  'FILE:///pub/x',
  'https://A.example/x',
];
const globs = (names: readonly string[]) =>
  fc.array(fc.constantFrom(...names, '*', 'a*', '*b', '?', 'file:///pub/*', 'file:///etc/*', 'https://a.example/*'), {
    maxLength: 2,
  });
const lists = (names: readonly string[]) => ({ allow: globs(names), deny: globs(names) });
const some = (...values: string[]) => fc.subarray(values, { maxLength: 1 });
const withRules = (names: readonly string[]) =>
  fc.record({
    ...lists(names),
    rules: fc
      .array(
        fc.record({
          consumers: some('alice', 'bob'),
          consumer_tags: some('gold'),
          groups: some('staff'),
          ...lists(names),
        }),
        { maxLength: 3 },
      )
      .map((rules) =>
        rules.filter(
          ({ consumers, consumer_tags, groups }) => consumers.length + consumer_tags.length + groups.length > 0,
        ),
      ),
  });
const config = fc.record({
  tools: withRules(NAMES).map((rules) => ({ ...rules, schemas: { a: '{"type":"object"}' } })),
  prompts: withRules(NAMES),
  resources: withRules(URIS),
  unknown_tools: fc.constantFrom('pass', 'deny'),
});
const caller = fc.constantFrom<CallerFacts | undefined>(
  undefined,
  { consumer: undefined, groups: ['staff'] },
  { consumer: { id: '1', username: 'alice', tags: [] }, groups: [] },
  { consumer: { id: '2', username: 'bob', tags: ['gold'] }, groups: ['staff'] },
);

const KINDS = [
  { method: 'tools/list', array: 'tools', member: 'name', use: 'tools/call', param: 'name', names: NAMES },
  { method: 'prompts/list', array: 'prompts', member: 'name', use: 'prompts/get', param: 'name', names: NAMES },
  { method: 'resources/list', array: 'resources', member: 'uri', use: 'resources/read', param: 'uri', names: URIS },
];

it('lists exactly what the same caller may use, for every policy', async () => {
  await fc.assert(
    fc.asyncProperty(config, caller, async (given, by) => {
      const rules = rulesOf(given);
      for (const { method, array, member, use, param, names } of KINDS) {
        const body = JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          result: { [array]: names.map((name) => ({ [member]: name })) },
        });
        const { text } = await judge({ body, config: given, requests: [{ id: 1, method }], ...(by && { caller: by }) });
        const { result } = JSON.parse(text) as { result: Record<string, Record<string, string>[]> };
        const listed = result[array]!.map((one) => one[member]);
        const callable = names.filter(
          (name) => decide({ ...post(request(use, { [param]: name })), caller: by }, rules).kind === 'pass',
        );
        // Without any rule for the kind, the list is not held, and everything can be used.
        expect(listed).toEqual(callable);
      }
    }),
    { numRuns: RUNS },
  );
});

const METHODS = ['tools/call', 'prompts/get', 'resources/read'];
const access = fc.record({
  default: fc.constantFrom('allow', 'deny'),
  rules: fc.array(
    fc.record({
      methods: fc.subarray([...METHODS, '*'], { minLength: 1 }),
      names: fc.array(fc.constantFrom(...NAMES, ...URIS, '*', 'a*', 'file:///pub/*'), { minLength: 1, maxLength: 2 }),
      authenticated: fc.boolean(),
      scopes: some('write'),
      groups: some('staff'),
      clients: some('ide'),
      consumers: some('alice'),
    }),
    { maxLength: 3 },
  ),
});
const identityOf = (kind: 'token' | 'kong' | 'anonymous', more: object = {}) => ({
  kind,
  principal: 'p',
  scopes: [],
  groups: [],
  claims: {},
  challenge: '',
  required: [],
  ...more,
});
const identified = fc.constantFrom<CallerFacts>(
  { consumer: undefined, groups: [] },
  { consumer: undefined, groups: [], identity: identityOf('anonymous') },
  { consumer: { id: '1', username: 'alice', tags: [] }, groups: [], identity: identityOf('kong') },
  { consumer: undefined, groups: [], identity: identityOf('token', { groups: ['staff'] }) },
  { consumer: undefined, groups: [], identity: identityOf('token', { scopes: ['write'], client: 'ide' }) },
);
/** The client can log in, or ask for a scope: then it needs to know what for. */
const isOpen = (decision: ReturnType<typeof decide>): boolean =>
  decision.kind === 'pass' || ['unauthenticated', 'insufficient_scope'].includes(decision.response.reason);

it('lists what a caller may use by access rules, with what a login or a scope would open', async () => {
  await fc.assert(
    fc.asyncProperty(access, identified, async (given, by) => {
      const rules = rulesOf({ access: given });
      for (const { method, array, member, use, param, names } of KINDS) {
        const body = JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          result: { [array]: names.map((name) => ({ [member]: name })) },
        });
        const { text } = await judge({ body, config: { access: given }, requests: [{ id: 1, method }], caller: by });
        const { result } = JSON.parse(text) as { result: Record<string, Record<string, string>[]> };
        const listed = result[array]!.map((one) => one[member]);
        const open = names.filter((name) =>
          isOpen(decide({ ...post(request(use, { [param]: name })), caller: by }, rules)),
        );
        expect(listed).toEqual(open);
      }
    }),
    { numRuns: RUNS },
  );
});

const TEMPLATES = [
  'file:///{path}',
  'file:///pub/{name}',
  'file:///etc/{name}',
  '{+any}',
  'ui://a/{x}',
  'https://a.example/{x}',
  'FILE:///pub/{x}',
];
const EXPANSIONS = ['', 'a', 'pub/a', 'etc/passwd', 'file:///pub/x', 'b'];

it('hides a template only if no expansion of it may be read', () => {
  fc.assert(
    fc.property(config, caller, (given, by) => {
      const { resources } = rulesOf(given).policyOf(by);
      for (const template of TEMPLATES.filter((one) => !resources.mayAllow(one))) {
        const uris = EXPANSIONS.map((value) => template.replace(/\{.*\}/, value));
        expect(uris.filter((uri) => resources.allows(uri))).toEqual([]);
      }
    }),
    { numRuns: RUNS },
  );
});

it.each([
  ['file:///{path}', true],
  ['file:///pub/{path}', true],
  ['file:///pub', false],
  ['file:///pubx/{path}', false],
  ['file:///etc/{path}', false],
  ['FILE:///etc/{path}', false],
  ['file:///pub/secret/{path}', false],
  ['file:///pub/secret{path}', true],
  ['http{scheme}', false],
  ['{uri}', true],
])('template %s under allow file:///pub/* and deny file:///pub/secret/*: %j', (template, expected) => {
  const config = { resources: { allow: ['file:///pub/*'], deny: ['file:///pub/secret/*'] } };
  expect(rulesOf(config).policyOf(undefined).resources.mayAllow(template)).toBe(expected);
});
