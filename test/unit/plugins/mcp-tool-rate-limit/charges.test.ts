import { Headers } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import type { Caller } from '../../../../plugins/mcp-tool-rate-limit/caller';
import { chargesOf } from '../../../../plugins/mcp-tool-rate-limit/charges';
import { limitPolicyOf } from '../../../../plugins/mcp-tool-rate-limit/limit-policy';
import { compileRules } from '../../../../plugins/mcp-tool-rate-limit/rules';
import { fields } from '../../../../plugins/mcp-tool-rate-limit/schema';
import { UnverifiedNames } from '../../../../plugins/mcp-tool-rate-limit/unverified-names';
import { AnnouncedNames } from '../../../../plugins/shared/mcp/announced-names';
import type { MessageEntry } from '../../../../plugins/shared/mcp/message-summary';

const names = (announced = new AnnouncedNames()) => ({
  announced,
  unverified: new UnverifiedNames({ maxNames: 2, nowMs: () => 0 }),
});
const windows = [{ limit: 10, window_seconds: 60 }];

function policyOf(rules: object[], more: object = {}, scope = ['', '', ''], announced?: AnnouncedNames) {
  const config = readConfig(fields, { rules: rules.map((rule) => ({ windows, ...rule })), ...more });
  return limitPolicyOf(compileRules(config), config.match, scope, names(announced));
}

const caller = (part: Partial<Caller> = {}, headers: Record<string, string | string[]> = {}): Caller => ({
  consumerId: undefined,
  credentialId: undefined,
  ip: '192.0.2.1',
  headerValues: (name) => Headers.from(headers).all(name),
  service: 'calculator',
  tier: 'default',
  ...part,
});

const call = (name: string | undefined, method = 'tools/call'): MessageEntry => ({
  kind: 'request',
  id: 1,
  method,
  ...(name !== undefined && { name }),
});

/** The ids of the rules that apply to a call. */
const rulesFor = (message: MessageEntry, rules: object[], more: object = {}, who: Partial<Caller> = {}): string[] =>
  chargesOf([message], caller(who), policyOf(rules, more)).charges.map(({ rule }) => rule.id);

/** The counter of a call under one rule. */
const counterOf = (rule: object, who: Caller = caller(), message = call('add')): string =>
  chargesOf([message], who, policyOf([rule])).charges[0]!.key.text;

describe('which rules apply to a call', () => {
  const rules = [
    { id: 'exact', name: 'add' },
    { id: 'glob', name: 'a*' },
    { id: 'prompt', method: 'prompts/*' },
    { id: 'rest' },
  ];

  it.each([
    ['add', 'tools/call', ['exact'], ['exact', 'glob', 'rest']],
    ['and', 'tools/call', ['glob'], ['glob', 'rest']],
    ['Add', 'tools/call', ['rest'], ['rest']],
    ['аdd', 'tools/call', ['rest'], ['rest']],
    ['hello', 'prompts/get', ['prompt'], ['prompt']],
    [undefined, 'prompts/list', ['prompt'], ['prompt']],
    [undefined, 'tools/call', ['rest'], ['rest']],
    [undefined, 'tools/list', [], []],
    ['add', 'Tools/Call', [], []],
  ])('%s of %s: the first %j, all %j', (name, method, first, all) => {
    expect(rulesFor(call(name, method), rules)).toEqual(first);
    expect(rulesFor(call(name, method), rules, { match: 'all' })).toEqual(all);
  });

  it('a rule in report mode does not end the search', () => {
    expect(rulesFor(call('add'), [{ id: 'new', report: true }, { id: 'old' }, { id: 'never' }])).toEqual([
      'new',
      'old',
    ]);
  });

  it('a rule can apply to some tiers only', () => {
    const tiers = [{ name: 'paid', tag: 'paid' }];
    const tiered = [
      { id: 'p', tiers: ['paid'] },
      { id: 'd', tiers: ['default'] },
    ];
    expect(rulesFor(call('add'), tiered, { tiers }, { tier: 'paid' })).toEqual(['p']);
    expect(rulesFor(call('add'), tiered, { tiers })).toEqual(['d']);
  });

  it('notifications count, responses do not', () => {
    const all = policyOf([{ method: '*' }]);
    expect(chargesOf([{ kind: 'notification', method: 'tools/call', name: 'x' }], caller(), all).charges).toHaveLength(
      1,
    );
    expect(chargesOf([{ kind: 'response', id: 1 }], caller(), all).charges).toEqual([]);
  });

  it('calls of a batch that use the same counter are one charge', () => {
    const request = chargesOf([call('a'), call('b'), call('a')], caller(), policyOf([{ cost: 3 }]));
    expect(request.charges.map(({ units, calls }) => [units, calls])).toEqual([
      [6, 2],
      [3, 1],
    ]);
    expect(request.messages.map(({ charges }) => charges.map((charge) => request.charges.indexOf(charge)))).toEqual([
      [0],
      [1],
      [0],
    ]);
  });
});

describe('which counter a call uses', () => {
  const by = (...limit_by: string[]) => ({ limit_by, header_name: 'X-Tenant' });

  it.each<[string, object, Caller, Caller]>([
    ['consumers', by('consumer'), caller({ consumerId: 'a' }), caller({ consumerId: 'b' })],
    ['principals that are consumers', by('principal'), caller({ consumerId: 'a' }), caller({ consumerId: 'b' })],
    ['principals without a consumer', by('principal'), caller({ credentialId: 'a' }), caller({ credentialId: 'b' })],
    [
      'a consumer and a credential of the same id',
      by('principal'),
      caller({ consumerId: 'a' }),
      caller({ credentialId: 'a' }),
    ],
    ['credentials', by('credential'), caller({ credentialId: 'a' }), caller({ credentialId: 'b' })],
    ['addresses', by('ip'), caller(), caller({ ip: '192.0.2.2' })],
    ['headers', by('header'), caller({}, { 'x-tenant': 'a' }), caller({}, { 'x-tenant': 'b' })],
    ['sessions', by('mcp-session'), caller({}, { 'mcp-session-id': 'a' }), caller({}, { 'mcp-session-id': 'b' })],
    ['services', by('service'), caller(), caller({ service: 'other' })],
    ['tiers', by('tier'), caller(), caller({ tier: 'paid' })],
    ['combinations', by('consumer', 'ip'), caller({ consumerId: 'a' }), caller({ consumerId: 'a', ip: '192.0.2.2' })],
    [
      'a consumer and an address with the same value',
      by('consumer'),
      caller({ consumerId: '192.0.2.1' }),
      caller({ consumerId: undefined, ip: '192.0.2.1' }),
    ],
    ['one header and two', by('header'), caller({}, { 'x-tenant': 'a' }), caller({}, { 'x-tenant': ['a', 'a'] })],
  ])('%s have different counters', (_, rule, one, two) => {
    expect(counterOf(rule, one)).not.toBe(counterOf(rule, two));
    expect(counterOf({ ...rule, shared: ['callers'] }, one) === counterOf({ ...rule, shared: ['callers'] }, two)).toBe(
      one.service === two.service,
    );
  });

  it('a caller without the identity of limit_by uses the fallback', () => {
    const anonymous = caller();
    const other = caller({ ip: '192.0.2.2' });
    expect(counterOf(by('consumer'), anonymous)).not.toBe(counterOf(by('consumer'), other));
    const shared = { ...by('consumer'), fallback: 'shared' };
    expect(counterOf(shared, anonymous)).toBe(counterOf(shared, other));
    const skip = { ...by('consumer'), fallback: 'skip' };
    expect(rulesFor(call('add'), [{ ...skip, id: 'skipped' }, { id: 'next' }])).toEqual(['next']);
    expect(counterOf(by('header'), caller({}, { 'x-tenant': '' }))).toBe(counterOf(by('header'), caller()));
  });

  it('each name of each service has its own counter, unless they share one', () => {
    const two = [call('add'), call('and')] as const;
    expect(counterOf({}, caller(), two[0])).not.toBe(counterOf({}, caller(), two[1]));
    expect(counterOf({}, caller({ service: 'x' }))).not.toBe(counterOf({}));
    const shared = { shared: ['tools'] };
    expect(counterOf(shared, caller(), two[0])).toBe(counterOf(shared, caller({ service: 'x' }), two[1]));
  });

  it('resources have one counter per rule, since a resource can have many URIs', () => {
    const rule = { method: 'resources/read', name: 'file:*' };
    const read = (uri: string) => counterOf(rule, caller(), call(uri, 'resources/read'));
    expect(read('file:///a')).toBe(read('file:///./a'));
  });

  it('two configurations, or two rules, have different counters', () => {
    const keyIn = (scope: string[]) =>
      chargesOf([call('add')], caller(), policyOf([{}], {}, scope)).charges[0]!.key.text;
    expect(keyIn(['s', '', ''])).not.toBe(keyIn(['', 's', '']));
    expect(counterOf({ id: 'a' })).not.toBe(counterOf({ id: 'b' }));
  });

  it('stays the same when only the limit changes', () => {
    const one = counterOf({ windows: [{ limit: 1, window_seconds: 60 }] });
    expect(counterOf({ windows: [{ limit: 9, window_seconds: 60 }] })).toBe(one);
  });
});

describe('a name has its own counter', () => {
  const announced = new AnnouncedNames();
  announced.addListed('calculator', 'tools/call', ['add']);
  announced.addListed('calculator', 'prompts/get', ['hello']);
  const ownCountersOf = (
    rule: object,
    names: readonly string[],
    method = 'tools/call',
    who = caller(),
    more: object[] = [],
  ) =>
    chargesOf(
      names.map((name) => call(name, method)),
      who,
      policyOf([rule, ...more], { match: 'all' }, ['', '', ''], announced),
    )
      .charges.filter(({ rule: { index } }) => index === 0)
      .map(({ sharedCounter }) => sharedCounter?.ownCounter ?? 'no shared counter');

  it.each<[string, object, string[], string, string[]]>([
    ['when the rule names it', { name: 'x' }, ['x'], 'tools/call', ['no shared counter']],
    ['when all names of the rule share one anyway', { shared: ['tools'] }, ['x'], 'tools/call', ['no shared counter']],
    ['when the method has no target', { method: '*' }, [''], 'tools/list', ['no shared counter']],
    [
      'when it is a resource, since all resources share one',
      { method: '*' },
      ['file:///x'],
      'resources/read',
      ['no shared counter'],
    ],
    ['when the server offers the tool', {}, ['add'], 'tools/call', ['always']],
    ['when the server offers the prompt', { method: 'prompts/*' }, ['hello'], 'prompts/get', ['always']],
    [
      'when it is one of the first unverified names of its caller',
      {},
      ['a', 'b', 'c', 'd'],
      'tools/call',
      ['while_half_free', 'while_half_free', 'never', 'never'],
    ],
    [
      'also for a task',
      { method: 'tasks/*' },
      ['1', '2', '3'],
      'tasks/get',
      ['while_half_free', 'while_half_free', 'never'],
    ],
    [
      'also for a method that no MCP revision defines',
      { method: '*' },
      ['add', 'x', 'y'],
      'tools/invented',
      ['while_half_free', 'while_half_free', 'never'],
    ],
  ])('%s', (_, rule, given, method, ownCounters) => {
    expect(ownCountersOf(rule, given, method)).toEqual(ownCounters);
  });

  it('when another rule names it', () => {
    expect(ownCountersOf({ id: 'all' }, ['x', 'y'], 'tools/call', caller(), [{ name: 'x' }])).toEqual([
      'always',
      'while_half_free',
    ]);
  });

  it('only as a verified name of the service that offers it', () => {
    expect(ownCountersOf({}, ['add'], 'tools/call', caller({ service: 'other' }))).toEqual(['while_half_free']);
  });

  it('else it shares one with the other names of its caller on the service', () => {
    const sharedBy = (who: Caller, name: string) =>
      chargesOf([call(name)], who, policyOf([{}])).charges[0]!.sharedCounter!.key.text;
    expect(sharedBy(caller(), 'x')).toBe(sharedBy(caller(), 'y'));
    expect(sharedBy(caller(), 'x')).not.toBe(sharedBy(caller({ ip: '192.0.2.2' }), 'x'));
    expect(sharedBy(caller(), 'x')).not.toBe(sharedBy(caller({ service: 'other' }), 'x'));
  });
});

describe('the hash tag of the keys in a cluster', () => {
  const hashTagOf = (rules: object[], who: Caller) =>
    chargesOf([call('add')], who, policyOf(rules, { match: 'all' })).hashTag;
  const [one, two] = [caller(), caller({ ip: '192.0.2.2' })];

  it('differs by caller if all rules identify callers in the same way', () => {
    const rules = [{ id: 'a' }, { id: 'b' }];
    expect(hashTagOf(rules, one)).not.toBe(hashTagOf(rules, two));
  });

  it('is the same for all callers if a rule is shared by callers, or identifies them differently', () => {
    const shared = [{ id: 'a' }, { id: 'b', shared: ['callers'] }];
    expect(hashTagOf(shared, one)).toBe(hashTagOf(shared, two));
    const mixed = [{ id: 'a' }, { id: 'b', limit_by: ['service'] }];
    expect(hashTagOf(mixed, one)).toBe(hashTagOf(mixed, two));
  });
});

it.each([
  [[{ id: 'a' }, { id: 'a' }], 'rules[2].id: duplicate id "a"'],
  [[{}, {}], 'rules[2].id: duplicate id "tools/call *"'],
  [[{ tiers: ['gold'] }], 'rules[1].tiers: unknown tier "gold"'],
  [[{ limit_by: ['header'] }], 'rules[1].header_name: required by limit_by: [header]'],
  [[{ cost: 11 }], 'rules[1].cost: exceeds the 10 units'],
  [[{ cost: 4, windows: [{ limit: 10, window_seconds: 1, burst: 2 }] }], 'rules[1].cost: exceeds the 3 units'],
  [[{ windows: [...windows, { limit: 5, window_seconds: 60 }] }], 'rules[1].windows: two windows have the same length'],
])('rejects %j', (rules, message) => {
  expect(() => policyOf(rules)).toThrow(message);
});

describe('a resource can have many URIs', () => {
  const rules = [
    { id: 'pub', method: 'resources/*', name: 'file:///pub/*' },
    { id: 'secret', method: 'resources/*', name: 'file:///secret/*' },
    { id: 'query', method: 'resources/*', name: 'db://q?table=*' },
    { id: 'rest', method: 'resources/*' },
  ];

  it.each([
    ['file:///pub/a', ['pub']],
    ['file:///pub/a%20b', ['pub']],
    ['file:///secret/a', ['secret']],
    ['file:///secret/a?x#y', ['secret']],
    ['FILE:///secret/./a', ['secret']],
    ['db://q?table=orders', ['query']],
    ['https://example.com/', ['rest']],
    // Some servers resolve it to the secret: that rule counts it as well.
    ['file:///pub/../secret/a', ['pub', 'secret', 'rest']],
    ['file:///pub/%2e%2e/secret/a', ['pub', 'secret', 'rest']],
    ['file:///SECRET/a', ['secret', 'rest']],
    [`file:///%${'25'.repeat(80)}41`, ['pub', 'secret', 'query', 'rest']],
  ])('%s is counted by %j', (uri, ids) => {
    expect(rulesFor(call(uri, 'resources/read'), rules)).toEqual(ids);
  });

  it('a method without a target is counted by the rule for all names', () => {
    expect(rulesFor(call(undefined, 'resources/list'), rules)).toEqual(['rest']);
  });
});
