import type * as Crypto from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { read, type PdkEffect, type SharedValue } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { encodeAll } from '../../../../kong/plugin-server/protocol/event-answer';
import { decodeReply } from '../../../../kong/plugin-server/protocol/pdk-codec';
import { fromValue, toValue } from '../../../../kong/stand-in/rpc/pb-values';
import { messageType } from '../../../../kong/stand-in/rpc/pluginsocket';
import { preparePlugin } from '../../../../kong/testkit';
import { mcpAuth } from '../../../../plugins/mcp-auth';
import { headerValue } from '../../../../plugins/mcp-auth/identity/identity-headers';
import type { Issuer } from '../../../../plugins/mcp-auth/issuers/issuer';
import { readKeySet } from '../../../../plugins/mcp-auth/issuers/key-set';
import type { FoundKeys } from '../../../../plugins/mcp-auth/issuers/key-store';
import { compileRules } from '../../../../plugins/mcp-auth/rules';
import { fields } from '../../../../plugins/mcp-auth/schema';
import { Sealed } from '../../../../plugins/mcp-auth/session/sealed';
import { TokenProver } from '../../../../plugins/mcp-auth/token/token-prover';
import { identityFromShared, identityToShared } from '../../../../plugins/shared/mcp/identity';
import { claimsAt, ISSUER, jwksOf, RESOURCE, signingKey, tokenOf, tokenWith } from '../../../support/access-tokens';

const NOW = 1_700_000_000_000;
const key = signingKey('k1');
const jwks = JSON.stringify(jwksOf(key));
const OTHER = 'https://login.example.com/realms/other';

// The very object that the plugin calls, so that it can be watched.
const crypto = jest.requireActual<typeof Crypto>('node:crypto');
const ignore = (): void => undefined;

const prepareFor = (resource: string) =>
  preparePlugin(mcpAuth, { resource, issuers: [{ issuer: ISSUER, discovery: false, jwks }] }, { now: () => NOW });
const bearer = (token: string) => ({ path: '/mcp', headers: { authorization: `Bearer ${token}` } });

it('confused deputy: a token that one server accepted is rejected by another one of the same issuer', async () => {
  await using first = await prepareFor(RESOURCE);
  await using second = await prepareFor('https://ai.example.com/go-calculator/mcp');
  const token = tokenOf(key, NOW);
  expect(await first.access(bearer(token))).toMatchObject({ kind: 'proceed' });
  expect(await second.access(bearer(token))).toMatchObject({ kind: 'reject', reason: 'audience' });
});

it('cache poisoning: a token with the claims of a known one and another signature is not taken for it', async () => {
  await using auth = await prepareFor(RESOURCE);
  expect(await auth.access(bearer(tokenOf(key, NOW)))).toMatchObject({ kind: 'proceed' });
  const forged = tokenOf(signingKey('k1'), NOW);
  expect(await auth.access(bearer(forged))).toMatchObject({ reason: 'signature' });
  expect(await auth.access(bearer(forged))).toMatchObject({ reason: 'signature' });
});

it('kid flood: tokens that wait for the keys of one issuer are bounded, and delay no token of another', async () => {
  let arrive: (keys: FoundKeys) => void = () => undefined;
  const keysOfOther = new Promise<FoundKeys>((resolve) => {
    arrive = resolve;
  });
  const issuers = [ISSUER, OTHER].map((issuer) => ({ issuer, discovery: false, jwks }));
  const rules = compileRules(readConfig(fields, { resource: RESOURCE, issuers }));
  const parts = [readKeySet(jwks) ?? [], keysOfOther].map(
    (keys, index) => ({ rules: rules.issuers[index], generation: 0, findKeys: () => keys }) as unknown as Issuer,
  );
  const options = { maxTokenBytes: 8192, cacheSize: 10, tokenTtlMs: 1000, leewayS: 0 };
  const prover = new TokenProver(rules, parts, '', options, () => NOW);
  const flood = Array.from({ length: 257 }, (_, n) =>
    prover.prove(tokenOf(key, NOW, { iss: OTHER }, { kid: `k${n}` })),
  );
  expect(await flood[256]).toMatchObject({ reason: 'busy' });
  expect(await prover.prove(tokenOf(key, NOW))).toMatchObject({ kind: 'proven' });
  arrive([]);
  expect(await flood[0]).toMatchObject({ reason: 'key' });
});

it('timing: the seal of a session is compared with timingSafeEqual only, over its whole length', () => {
  const compare = jest.spyOn(crypto, 'timingSafeEqual');
  const sessions = new Sealed('x'.repeat(32), 'nobody', () => NOW, ignore);
  const seal = crypto.createHmac('sha1', sessions.keyOf('ann')).update('id').digest('base64url');
  const ann = { principal: 'ann', isAnonymous: false };
  const changedAt = (at: number) => `${seal.slice(0, at)}${seal[at] === 'A' ? 'B' : 'A'}${seal.slice(at + 1)}`;
  expect(sessions.check(`id.${seal}`, ann)).toMatchObject({ kind: 'own' });
  for (let at = 0; at < seal.length - 1; at++) {
    compare.mockClear();
    expect(sessions.check(`id.${changedAt(at)}`, ann)).toEqual({ kind: 'foreign' });
    expect(compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toContainEqual([27, 27]);
  }
  // Whatever it says is what counts: there is no other comparison.
  compare.mockReturnValue(true);
  expect(sessions.check(`id.${changedAt(0)}`, ann)).toMatchObject({ kind: 'own' });
  compare.mockRestore();
});

it('timing: no file of the plugin compares a tag, a secret or a signature with an operator', () => {
  const folder = join(__dirname, '../../../../plugins/mcp-auth');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const compared = /\b(?:\w*(?:tag|secret|signature|expected|seal))\b(?:\.\w+)*\s*[!=]==(?!\s*undefined)/i;
  const found = files.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => compared.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(found).toEqual([]);
});

it('no text is proven, and none throws, without a good signature', async () => {
  await using auth = await prepareFor(RESOURCE);
  const header = fc.record({
    alg: fc.constantFrom('ES256', 'none', 'HS256', 'RS256'),
    kid: fc.constantFrom('k1', 'x'),
  });
  const stranger = signingKey('k1');
  const forged = fc
    .tuple(header, fc.dictionary(fc.string(), fc.jsonValue()))
    .map(([head, claims]) => tokenWith(stranger, head, claimsAt(NOW, claims)));
  const text = fc.stringMatching(/^[\w.-]{1,100}$/);
  await fc.assert(
    fc.asyncProperty(fc.oneof(forged, text), async (token) => {
      expect(await auth.access(bearer(token))).toMatchObject({ kind: 'reject', status: 401 });
    }),
    { numRuns: 60 },
  );
});

it('no header for the server has a control character or anything but ASCII', () => {
  fc.assert(
    fc.property(fc.anything(), (claim) => {
      expect(headerValue(claim) ?? 'x').toMatch(/^[\x20-\x7e]{1,2048}$/);
    }),
  );
});

/** A value after Kong got it over ProtoBuf, kept it in Lua, and sent it to the next plugin. */
function throughKong(value: SharedValue): unknown {
  const set: PdkEffect = { method: 'kong.ctx.shared.set', key: 'k', value };
  const pair = messageType('KV').decode(frameOf(encodeAll([set]), 1)) as unknown as { v: unknown };
  const reply = messageType('Value')
    .encode(toValue(fromValue(pair.v)))
    .finish();
  return decodeReply(
    read.shared('k', (one) => one),
    reply,
  );
}

/** The frame with this number: each begins with its length. */
function frameOf({ bytes }: { readonly bytes: Buffer }, number: number): Buffer {
  let at = 0;
  for (let skipped = 0; skipped < number; skipped++) at += 4 + bytes.readUInt32LE(at);
  return bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at));
}

it('an identity stays the same on its way through Kong, and nothing else is taken for one', () => {
  const texts = fc.array(fc.string(), { maxLength: 4 });
  const identities = fc.record(
    {
      kind: fc.constantFrom('token' as const, 'kong' as const, 'anonymous' as const),
      principal: fc.string(),
      challenge: fc.string(),
      scopes: texts,
      groups: texts,
      required: texts,
      claims: fc.dictionary(fc.string(), fc.array(fc.string(), { minLength: 1, maxLength: 3 }), {
        noNullPrototype: true,
      }),
      issuer: fc.string(),
      client: fc.string(),
      expiresAt: fc.nat(),
      sealed: fc.constant(true as const),
      hidesChallenge: fc.constant(true as const),
    },
    {
      requiredKeys: ['kind', 'principal', 'challenge', 'scopes', 'groups', 'required', 'claims'],
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(identities, (identity) => {
      expect(identityFromShared(throughKong(identityToShared(identity)))).toEqual(identity);
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(identityFromShared(value)).toBeUndefined();
    }),
  );
});
