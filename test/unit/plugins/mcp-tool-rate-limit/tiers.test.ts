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
  ['a group where acl does not run', [], ['gold'], false, 'free'],
  ['a second header of groups: acl writes one', [], ['staff', 'gold'], true, 'free'],
  ['part of a group', [], ['golden, marigold'], true, 'free'],
  ['groups of a caller whom nobody authenticated', undefined, ['gold'], true, 'free'],
])('%s', (_, tags, groupHeaders, trust, tier) => {
  expect(tierOf({ tags, groupHeaders }, rules(trust))).toBe(tier);
});

it.each([
  [{ tiers: [{ name: 'a' }] }, 'tiers[1]: give it a tag or a group'],
  [
    {
      tiers: [
        { name: 'a', tag: 't' },
        { name: 'b', group: 'g' },
      ],
    },
    'tiers[2].group: trust_acl_groups must be true',
  ],
])('%j can not be', (part, message) => {
  expect(() => {
    checkTiers({ ...rules(false), ...part });
  }).toThrow(message);
});
