import { Headers } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import type { Caller } from '../../../../plugins/mcp-tool-rate-limit/caller';
import { billOf, tariffOf } from '../../../../plugins/mcp-tool-rate-limit/charges';
import { MadeUpNames } from '../../../../plugins/mcp-tool-rate-limit/made-up-names';
import { compileRules } from '../../../../plugins/mcp-tool-rate-limit/rules';
import { fields } from '../../../../plugins/mcp-tool-rate-limit/schema';
import type { MessageEntry } from '../../../../plugins/shared/mcp/message-summary';
import { KnownNames } from '../../../../plugins/shared/mcp/known-names';

const names = (offered = new KnownNames()) => ({ offered, madeUp: new MadeUpNames({ maxNames: 2, nowMs: () => 0 }) });
const windows = [{ limit: 10, window_seconds: 60 }];

function tariff(rules: object[], more: object = {}, scope = ['', '', ''], offered?: KnownNames) {
  const config = readConfig(fields, { rules: rules.map((rule) => ({ windows, ...rule })), ...more });
  return tariffOf(compileRules(config), config.match, scope, names(offered));
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

/** The ids of the rules that a call falls to. */
const rulesFor = (message: MessageEntry, rules: object[], more: object = {}, who: Partial<Caller> = {}): string[] =>
  billOf([message], caller(who), tariff(rules, more)).charges.map(({ rule }) => rule.id);

/** The counter of a call under one rule. */
const counterOf = (rule: object, who: Caller = caller(), message = call('add')): string =>
  billOf([message], who, tariff([rule])).charges[0]!.key.text;

describe('which rules a call falls to', () => {
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

  it('a rule that only reports does not end the search', () => {
    expect(rulesFor(call('add'), [{ id: 'new', report: true }, { id: 'old' }, { id: 'never' }])).toEqual([
      'new',
      'old',
    ]);
  });

  it('a rule may be for some tiers', () => {
    const tiers = [{ name: 'paid', tag: 'paid' }];
    const tiered = [
      { id: 'p', tiers: ['paid'] },
      { id: 'd', tiers: ['default'] },
    ];
    expect(rulesFor(call('add'), tiered, { tiers }, { tier: 'paid' })).toEqual(['p']);
    expect(rulesFor(call('add'), tiered, { tiers })).toEqual(['d']);
  });

  it('notifications count, responses and their like do not', () => {
    const all = tariff([{ method: '*' }]);
    expect(billOf([{ kind: 'notification', method: 'tools/call', name: 'x' }], caller(), all).charges).toHaveLength(1);
    expect(billOf([{ kind: 'response', id: 1 }], caller(), all).charges).toEqual([]);
  });

  it('calls of a batch that fall to one counter are one charge', () => {
    const bill = billOf([call('a'), call('b'), call('a')], caller(), tariff([{ cost: 3 }]));
    expect(bill.charges.map(({ units, calls }) => [units, calls])).toEqual([
      [6, 2],
      [3, 1],
    ]);
    expect(bill.chargesOf).toEqual([[0], [1], [0]]);
  });
});

describe('which counter a call falls to', () => {
  const by = (...limit_by: string[]) => ({ limit_by, header_name: 'X-Tenant' });

  it.each<[string, object, Caller, Caller]>([
    ['consumers', by('consumer'), caller({ consumerId: 'a' }), caller({ consumerId: 'b' })],
    ['credentials', by('credential'), caller({ credentialId: 'a' }), caller({ credentialId: 'b' })],
    ['addresses', by('ip'), caller(), caller({ ip: '192.0.2.2' })],
    ['headers', by('header'), caller({}, { 'x-tenant': 'a' }), caller({}, { 'x-tenant': 'b' })],
    ['sessions', by('mcp-session'), caller({}, { 'mcp-session-id': 'a' }), caller({}, { 'mcp-session-id': 'b' })],
    ['services', by('service'), caller(), caller({ service: 'other' })],
    ['tiers', by('tier'), caller(), caller({ tier: 'paid' })],
    ['combinations', by('consumer', 'ip'), caller({ consumerId: 'a' }), caller({ consumerId: 'a', ip: '192.0.2.2' })],
    [
      'a consumer and an address of the same name',
      by('consumer'),
      caller({ consumerId: '192.0.2.1' }),
      caller({ consumerId: undefined, ip: '192.0.2.1' }),
    ],
    ['one header and two', by('header'), caller({}, { 'x-tenant': 'a' }), caller({}, { 'x-tenant': ['a', 'a'] })],
  ])('%s are told apart', (_, rule, one, two) => {
    expect(counterOf(rule, one)).not.toBe(counterOf(rule, two));
    expect(counterOf({ ...rule, shared: ['callers'] }, one) === counterOf({ ...rule, shared: ['callers'] }, two)).toBe(
      one.service === two.service,
    );
  });

  it('a caller who lacks what limits are by has a fallback', () => {
    const nobody = caller();
    const other = caller({ ip: '192.0.2.2' });
    expect(counterOf(by('consumer'), nobody)).not.toBe(counterOf(by('consumer'), other));
    const shared = { ...by('consumer'), fallback: 'shared' };
    expect(counterOf(shared, nobody)).toBe(counterOf(shared, other));
    const skip = { ...by('consumer'), fallback: 'skip' };
    expect(rulesFor(call('add'), [{ ...skip, id: 'skipped' }, { id: 'next' }])).toEqual(['next']);
    expect(counterOf(by('header'), caller({}, { 'x-tenant': '' }))).toBe(counterOf(by('header'), caller()));
  });

  it('each name of each service has its own, unless they share', () => {
    const two = [call('add'), call('and')] as const;
    expect(counterOf({}, caller(), two[0])).not.toBe(counterOf({}, caller(), two[1]));
    expect(counterOf({}, caller({ service: 'x' }))).not.toBe(counterOf({}));
    const shared = { shared: ['tools'] };
    expect(counterOf(shared, caller(), two[0])).toBe(counterOf(shared, caller({ service: 'x' }), two[1]));
  });

  it('resources are counted by rule: a URI has many spellings', () => {
    const rule = { method: 'resources/read', name: 'file:*' };
    const read = (uri: string) => counterOf(rule, caller(), call(uri, 'resources/read'));
    expect(read('file:///a')).toBe(read('file:///./a'));
  });

  it('two configurations, or two rules, have counters of their own', () => {
    const keyIn = (scope: string[]) => billOf([call('add')], caller(), tariff([{}], {}, scope)).charges[0]!.key.text;
    expect(keyIn(['s', '', ''])).not.toBe(keyIn(['', 's', '']));
    expect(counterOf({ id: 'a' })).not.toBe(counterOf({ id: 'b' }));
  });

  it('stays the same when only the limit changes', () => {
    const one = counterOf({ windows: [{ limit: 1, window_seconds: 60 }] });
    expect(counterOf({ windows: [{ limit: 9, window_seconds: 60 }] })).toBe(one);
  });
});

describe('a name may have a counter of its own', () => {
  const offered = new KnownNames();
  offered.addListed('calculator', 'tools/call', ['add']);
  offered.addListed('calculator', 'prompts/get', ['hello']);
  const claimsOf = (
    rule: object,
    names: readonly string[],
    method = 'tools/call',
    who = caller(),
    more: object[] = [],
  ) =>
    billOf(
      names.map((name) => call(name, method)),
      who,
      tariff([rule, ...more], { match: 'all' }, ['', '', ''], offered),
    )
      .charges.filter(({ rule: { index } }) => index === 0)
      .map(({ fallback }) => fallback?.claim ?? 'named by the rule');

  it.each<[string, object, string[], string, string[]]>([
    ['when the rule writes it out', { name: 'x' }, ['x'], 'tools/call', ['named by the rule']],
    ['when all names of the rule share one', { shared: ['tools'] }, ['x'], 'tools/call', ['named by the rule']],
    ['when it is no name at all', { method: '*' }, [''], 'tools/list', ['named by the rule']],
    [
      'when it is a resource, of which all share',
      { method: '*' },
      ['file:///x'],
      'resources/read',
      ['named by the rule'],
    ],
    ['when the server offers the tool', {}, ['add'], 'tools/call', ['known']],
    ['when the server offers the prompt', { method: 'prompts/*' }, ['hello'], 'prompts/get', ['known']],
    [
      'when it is one of the few that its caller made up',
      {},
      ['a', 'b', 'c', 'd'],
      'tools/call',
      ['made_up', 'made_up', 'none', 'none'],
    ],
    ['and so a task', { method: 'tasks/*' }, ['1', '2', '3'], 'tasks/get', ['made_up', 'made_up', 'none']],
    [
      'and so a method that no revision has',
      { method: '*' },
      ['add', 'x', 'y'],
      'tools/invented',
      ['made_up', 'made_up', 'none'],
    ],
  ])('%s', (_, rule, given, method, claims) => {
    expect(claimsOf(rule, given, method)).toEqual(claims);
  });

  it('when another rule writes it out', () => {
    expect(claimsOf({ id: 'all' }, ['x', 'y'], 'tools/call', caller(), [{ name: 'x' }])).toEqual(['known', 'made_up']);
  });

  it('of a service of its own: what another offers is made up', () => {
    expect(claimsOf({}, ['add'], 'tools/call', caller({ service: 'other' }))).toEqual(['made_up']);
  });

  it('else it shares one with the other names of its caller and service', () => {
    const sharedBy = (who: Caller, name: string) =>
      billOf([call(name)], who, tariff([{}])).charges[0]!.fallback!.key.text;
    expect(sharedBy(caller(), 'x')).toBe(sharedBy(caller(), 'y'));
    expect(sharedBy(caller(), 'x')).not.toBe(sharedBy(caller({ ip: '192.0.2.2' }), 'x'));
    expect(sharedBy(caller(), 'x')).not.toBe(sharedBy(caller({ service: 'other' }), 'x'));
  });
});

describe('where in a cluster the counters of a request are', () => {
  const placeOf = (rules: object[], who: Caller) => billOf([call('add')], who, tariff(rules, { match: 'all' })).place;
  const [one, two] = [caller(), caller({ ip: '192.0.2.2' })];

  it('each caller has a place where all rules tell callers apart alike', () => {
    const rules = [{ id: 'a' }, { id: 'b' }];
    expect(placeOf(rules, one)).not.toBe(placeOf(rules, two));
  });

  it('all have the same where a rule is shared, or tells them apart otherwise', () => {
    const shared = [{ id: 'a' }, { id: 'b', shared: ['callers'] }];
    expect(placeOf(shared, one)).toBe(placeOf(shared, two));
    const mixed = [{ id: 'a' }, { id: 'b', limit_by: ['service'] }];
    expect(placeOf(mixed, one)).toBe(placeOf(mixed, two));
  });
});

it.each([
  [[{ id: 'a' }, { id: 'a' }], 'rules[2].id: another rule is called "a"'],
  [[{}, {}], 'rules[2].id: another rule is called "tools/call *"'],
  [[{ tiers: ['gold'] }], 'rules[1].tiers: no tier is called "gold"'],
  [[{ limit_by: ['header'] }], 'rules[1].header_name: limit_by header needs it'],
  [[{ cost: 11 }], 'rules[1].cost: at most 10 units'],
  [[{ cost: 4, windows: [{ limit: 10, window_seconds: 1, burst: 2 }] }], 'rules[1].cost: at most 3 units'],
  [[{ windows: [...windows, { limit: 5, window_seconds: 60 }] }], 'rules[1].windows: two of them have the same length'],
])('%j can not work', (rules, message) => {
  expect(() => tariff(rules)).toThrow(message);
});

describe('a resource has many spellings', () => {
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
    // Some server takes it for the secret: that rule counts it too, whatever it seems to be.
    ['file:///pub/../secret/a', ['pub', 'secret', 'rest']],
    ['file:///pub/%2e%2e/secret/a', ['pub', 'secret', 'rest']],
    ['file:///SECRET/a', ['secret', 'rest']],
    [`file:///%${'25'.repeat(80)}41`, ['pub', 'secret', 'query', 'rest']],
  ])('%s falls to %j', (uri, ids) => {
    expect(rulesFor(call(uri, 'resources/read'), rules)).toEqual(ids);
  });

  it('what names no resource is for all alone', () => {
    expect(rulesFor(call(undefined, 'resources/list'), rules)).toEqual(['rest']);
  });
});
