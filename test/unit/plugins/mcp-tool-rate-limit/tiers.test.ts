import { checkTiers, tierOf, type TierRules } from '../../../../plugins/mcp-tool-rate-limit/tiers';

const rules = (trust_acl_groups = true): TierRules => ({
  tiers: [
    { name: 'gold', tag: 'tier:gold', group: 'gold' },
    { name: 'paid', tag: 'tier:paid', group: 'paid' },
  ],
  default_tier: 'free',
  trust_acl_groups,
});

it.each([
  ['a tag', ['tier:paid'], [], true, 'paid'],
  ['the first tier of several tags', ['tier:paid', 'tier:gold'], [], true, 'gold'],
  ['no tag', [], [], true, 'free'],
  ['a tag in another case', ['Tier:Gold'], [], true, 'free'],
  ['a group', [], ['paid'], true, 'paid'],
  ['one group of several', [], ['staff, gold'], true, 'gold'],
  ['a group without trust_acl_groups', [], ['gold'], false, 'free'],
  ['two headers of groups, since acl writes one', [], ['staff', 'gold'], true, 'free'],
  ['part of a group', [], ['golden, marigold'], true, 'free'],
  ['groups of an unauthenticated caller', undefined, ['gold'], true, 'free'],
])('%s', (_, tags, groupHeaders, trust, tier) => {
  expect(tierOf({ tags, groupHeaders }, rules(trust))).toBe(tier);
});

it.each([
  [{ tiers: [{ name: 'a' }] }, 'tiers[1]: requires tag or group'],
  [
    {
      tiers: [
        { name: 'a', tag: 't' },
        { name: 'b', group: 'g' },
      ],
    },
    'tiers[2].group: requires trust_acl_groups: true',
  ],
])('rejects %j', (part, message) => {
  expect(() => {
    checkTiers({ ...rules(false), ...part });
  }).toThrow(message);
});
