import { Headers } from '../../../../../kong/pdk';
import { callerFacts } from '../../../../../plugins/mcp-validator/policy/caller-facts';
import type { CallerFacts } from '../../../../../plugins/mcp-validator/policy/caller-rules';
import { rulesOf } from '../request';

const alice: CallerFacts = { consumer: { id: 'id-1', username: 'alice', tags: ['gold'] }, groups: ['staff'] };
const bob: CallerFacts = { consumer: { id: 'id-2', username: 'bob', tags: [] }, groups: [] };
const allows = (tools: object, caller: CallerFacts | undefined, name: string): boolean =>
  rulesOf({ tools }).policyOf(caller).tools.allows(name);

describe('rules by caller', () => {
  it.each([
    [{ consumers: ['alice'] }, true, false, false],
    [{ consumers: ['id-1'] }, true, false, false],
    [{ consumer_tags: ['gold'] }, true, false, false],
    [{ groups: ['staff', 'other'] }, true, false, false],
    [{ consumers: ['alice', 'bob'], consumer_tags: ['gold'] }, true, false, false],
    [{ consumers: ['alice', 'bob'] }, true, true, false],
    [{}, true, true, true],
  ])('%j applies to alice %j, bob %j, an unknown caller %j', (conditions, ...expected) => {
    const tools = { rules: [conditions] };
    expect([alice, bob, undefined].map((caller) => allows(tools, caller, 'add'))).toEqual(expected);
  });

  it('the first rule that applies decides, besides the lists for all', () => {
    const tools = {
      deny: ['drop_*'],
      rules: [{ consumers: ['alice'] }, { groups: ['staff'], deny: ['*'] }, { allow: ['add'] }],
    };
    expect(['add', 'sub', 'drop_x'].map((name) => allows(tools, alice, name))).toEqual([true, true, false]);
    expect(['add', 'sub', 'drop_x'].map((name) => allows(tools, bob, name))).toEqual([true, false, false]);
    expect(allows(tools, undefined, 'add')).toBe(true);
  });

  it('a consumer without username is not the caller of an empty name', () => {
    const nameless: CallerFacts = { consumer: { id: '', username: '', tags: [] }, groups: [] };
    expect(allows({ rules: [{ consumers: ['x'] }] }, nameless, 'add')).toBe(false);
  });

  it('rejects rules that can never apply', () => {
    expect(() => rulesOf({ prompts: { rules: [{ deny: ['a'] }, { consumers: ['alice'] }] } })).toThrow(
      'prompts.rules: rule 1 has no conditions, so the rules after it never apply',
    );
  });

  it('needs to know the caller only if a rule depends on it', () => {
    expect(rulesOf({ tools: { deny: ['a'], rules: [{ deny: ['b'] }] } }).callerNeeds.consumer).toBe(false);
    expect(rulesOf({ tools: { rules: [{ consumers: ['a'] }] } }).callerNeeds).toMatchObject({
      consumer: true,
      groups: false,
    });
    expect(rulesOf({ resources: { rules: [{ groups: ['a'] }] } }).callerNeeds).toMatchObject({
      consumer: true,
      groups: true,
    });
  });
});

describe('the groups of a caller', () => {
  const needs = { consumer: true, groups: true, trustsAclGroups: true };
  const groupsOf = (caller: CallerFacts, headers: Record<string, string | string[]>, more = {}) =>
    callerFacts({ ...caller, headers: Headers.from(headers) }, { ...needs, ...more }).groups;
  const header = { 'X-Consumer-Groups': 'a, b' };

  it('are those of the acl plugin, if the configuration trusts it', () => {
    expect(groupsOf(bob, header)).toEqual(['a', 'b']);
    expect(groupsOf(bob, header, { trustsAclGroups: false })).toEqual([]);
  });

  it('are never those that a client can send', () => {
    expect(groupsOf({ consumer: undefined, groups: [] }, header)).toEqual([]);
    expect(groupsOf(bob, { ...header, 'X-Authenticated-Groups': 'c' })).toEqual([]);
    expect(groupsOf(bob, { 'X-Consumer-Groups': ['a', 'b'] })).toEqual([]);
  });

  it('are also those of a plugin that authenticates groups', () => {
    expect(groupsOf(alice, {}, { trustsAclGroups: false })).toEqual(['staff']);
  });
});
