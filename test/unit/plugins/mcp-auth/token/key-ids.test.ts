import { preparePlugin } from '../../../../../kong/testkit';
import { mcpAuth } from '../../../../../plugins/mcp-auth';
import { claimsAt, ISSUER, RESOURCE, signingKey, tokenWith, type SigningKey } from '../../../../support/access-tokens';

/**
 * `kid` chooses among the keys of an issuer. A token that has one is verified by keys with that very `kid` only, as common
 * JWT libraries do; one without it by the keys that fit its algorithm.
 */

const NOW = 1_700_000_000_000;
const [a, b] = [signingKey('a'), signingKey('b')];
const rsa = signingKey('r', 'RS256');

const jwk = ({ publicKey }: SigningKey, kid?: unknown): object => ({
  ...publicKey.export({ format: 'jwk' }),
  ...(kid !== undefined && { kid }),
});
const five = ['1', '2', '3', '4'].map((kid) => jwk(signingKey(kid), kid));

async function decideAbout(keys: readonly object[], key: SigningKey, kid: unknown): Promise<string> {
  const issuer = { issuer: ISSUER, discovery: false, jwks: JSON.stringify({ keys }) };
  await using auth = await preparePlugin(mcpAuth, { resource: RESOURCE, issuers: [issuer] }, { now: () => NOW });
  const header = { alg: key.alg, ...(kid !== undefined && { kid }) };
  const authorization = `Bearer ${tokenWith(key, header, claimsAt(NOW))}`;
  const outcome = await auth.access({ path: '/mcp', headers: { authorization } });
  return outcome.kind === 'reject' ? `${outcome.status} ${outcome.reason ?? ''}` : 'proceed';
}

it.each<[string, readonly object[], SigningKey, unknown, string]>([
  ['the kid of the key', [jwk(a, 'a'), jwk(b, 'b')], a, 'a', 'proceed'],
  ['the kid of another key', [jwk(a, 'a'), jwk(b, 'b')], a, 'b', '401 signature'],
  ['a kid that no key has', [jwk(a, 'a')], a, 'x', '401 key'],
  ['a kid, and the only key has none', [jwk(a)], a, 'a', '401 key'],
  [
    'a kid, and the key that signed has none, but another one has this kid',
    [jwk(a), jwk(b, 'k')],
    a,
    'k',
    '401 signature',
  ],
  ['a kid that two keys have, the second of which signed', [jwk(b, 'k'), jwk(a, 'k')], a, 'k', 'proceed'],
  ['a kid that two keys of different kinds have', [jwk(rsa, 'k'), jwk(a, 'k')], a, 'k', 'proceed'],
  ['a kid that differs in its case', [jwk(a, 'a')], a, 'A', '401 key'],
  ['an empty kid, and the only key has none', [jwk(a)], a, '', '401 key'],
  ['an empty kid, and the key has an empty one', [jwk(a, '')], a, '', 'proceed'],
  ['a kid that is a number, as that of the key', [jwk(a, 7)], a, 7, '401 malformed'],
  ['a kid, and that of the key is a number', [jwk(a, 7)], a, '7', '401 key'],
  ['no kid, and the only key has none', [jwk(a)], a, undefined, 'proceed'],
  ['no kid, and the only key has one', [jwk(a, 'a')], a, undefined, 'proceed'],
  ['no kid, and the kid of the key is a number', [jwk(a, 7)], a, undefined, 'proceed'],
  ['no kid, and two keys fit, the first of which signed', [jwk(a, 'a'), jwk(b, 'b')], a, undefined, 'proceed'],
  ['no kid, and two keys fit, the second of which signed', [jwk(b, 'b'), jwk(a, 'a')], a, undefined, 'proceed'],
  ['no kid, and two keys without kid fit', [jwk(b), jwk(a)], a, undefined, 'proceed'],
  ['no kid, and another kind of key comes first', [jwk(rsa, 'r'), jwk(a, 'a')], a, undefined, 'proceed'],
  ['no kid, and the fifth key that fits signed', [...five, jwk(a, 'a')], a, undefined, '401 signature'],
  ['no kid, and no key fits', [jwk(rsa, 'r')], a, undefined, '401 key'],
])('a token with %s', async (_, keys, key, kid, expected) => {
  expect(await decideAbout(keys, key, kid)).toBe(expected);
});
