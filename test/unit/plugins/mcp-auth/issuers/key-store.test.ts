import { candidatesOf, readKeySet } from '../../../../../plugins/mcp-auth/issuers/key-set';
import { KeyStore, type FetchedKeys, type FoundKeys } from '../../../../../plugins/mcp-auth/issuers/key-store';
import { jwksOf, signingKey, type SigningKey } from '../../../../support/access-tokens';

const [one, two] = [signingKey('1'), signingKey('2')];
const HOUR_MS = 3_600_000;
const times = { ttlMs: 600_000, staleMs: 24 * HOUR_MS, cooldownMs: 30_000 };

/** A store whose issuer publishes these keys; none: it is away. */
function storeOf(...published: SigningKey[]) {
  const log: string[] = [];
  const site = { keys: published as SigningKey[] | undefined, cause: 'timeout', fetches: 0, nowMs: 0, log };
  const note = (text: string) => () => void log.push(text);
  const store = new KeyStore(
    () => {
      site.fetches += 1;
      return Promise.resolve<FetchedKeys>(
        site.keys
          ? { kind: 'text', text: JSON.stringify(jwksOf(...site.keys)) }
          : { kind: 'failed', problem: { target: 'jwks', cause: site.cause } },
      );
    },
    times,
    {
      lost: ({ target, cause }) => void log.push(`lost: ${target} ${cause}`),
      back: note('back'),
      rotated: note('rotated'),
    },
    () => site.nowMs,
  );
  return { site, store };
}

const kidsOf = (found: FoundKeys): unknown => (found === 'unavailable' ? found : found.map(({ kid }) => kid));
const find = async (store: KeyStore, kid: string | undefined): Promise<unknown> =>
  kidsOf(await store.find(kid, 'ES256'));

let opened: KeyStore | undefined;
async function open(...published: SigningKey[]) {
  const made = storeOf(...published);
  opened = made.store;
  await made.store.open();
  return made;
}
afterEach(() => opened?.close());

it('finds a known key without a promise', async () => {
  const { store } = await open(one);
  expect(kidsOf(store.find('1', 'ES256') as FoundKeys)).toEqual(['1']);
});

it('fetches once for a rotated key', async () => {
  const { store, site } = await open(one);
  site.keys = [one, two];
  expect(await find(store, '2')).toEqual(['2']);
  expect([site.fetches, site.log]).toEqual([2, ['rotated']]);
});

it('a flood of unknown kids causes one fetch in each cooldown, and evicts no key', async () => {
  const { store, site } = await open(one);
  const flood = () => Promise.all(Array.from({ length: 1000 }, (_, at) => find(store, `x${at}`)));
  expect((await flood()).flat()).toEqual([]);
  await flood();
  expect(site.fetches).toBe(2);
  expect(await find(store, '1')).toEqual(['1']);
  site.nowMs += times.cooldownMs;
  await flood();
  expect(site.fetches).toBe(3);
});

it('shares the first fetch', async () => {
  const { store, site } = storeOf(one);
  opened = store;
  const found = await Promise.all(Array.from({ length: 20 }, () => find(store, '1')));
  expect([found.flat().length, site.fetches]).toEqual([20, 1]);
});

it('keeps known keys while the issuer is away, and not for ever', async () => {
  const { store, site } = await open(one);
  site.keys = undefined;
  site.nowMs = HOUR_MS;
  await store.open();
  expect(await find(store, '1')).toEqual(['1']);
  expect(site.log).toEqual(['lost: jwks timeout']);
  site.nowMs = times.ttlMs + times.staleMs + 1;
  expect(await find(store, '1')).toBe('unavailable');
});

it('uses the keys of an issuer that was away at the start', async () => {
  const { store, site } = await open();
  site.keys = undefined;
  await store.open();
  expect(await find(store, '1')).toBe('unavailable');
  const { fetches } = site;
  expect(await find(store, '1')).toBe('unavailable');
  expect(site.fetches).toBe(fetches);
  site.keys = [one];
  site.nowMs += 500;
  expect(await find(store, '1')).toEqual(['1']);
  expect(site.log).toEqual(['lost: jwks no_usable_key', 'lost: jwks timeout', 'back']);
});

it.each<[string, string]>([
  ['empty', '{"keys":[]}'],
  ['not JSON', '<html>'],
  ['without keys', '{}'],
  ['with unusable keys only', JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: '1' }] })],
])('does not replace good keys by a set that is %s', (_, text) => {
  expect(readKeySet(text)).toBeUndefined();
});

it('tells when a key is gone', async () => {
  const { store, site } = await open(one, two);
  const { generation } = store;
  site.keys = [one, two, signingKey('3')];
  await store.open();
  expect(store.generation).toBe(generation);
  site.keys = [two];
  await store.open();
  expect(store.generation).toBe(generation + 1);
});

it('skips keys that cannot or must not verify tokens', () => {
  const jwk = (key: SigningKey, changes: object) => ({ ...key.publicKey.export({ format: 'jwk' }), ...changes });
  const keys = [
    jwk(signingKey('short', 'RS256', 1024), { kid: 'short' }),
    jwk(one, { kid: 'enc', use: 'enc' }),
    jwk(one, { kid: 'ops', key_ops: ['sign'] }),
    jwk(one, { kid: 'alg', alg: 'RS256' }),
    { kty: 'oct', k: 'c2VjcmV0', kid: 'secret' },
    { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'point' },
    { kty: 'RSA', n: 7, e: [] },
    null,
    jwk(one, { kid: 'private', d: 'AA', alg: undefined }),
  ];
  const usable = readKeySet(JSON.stringify({ keys }));
  expect(usable?.map(({ kid, key }) => [kid, key.type])).toEqual([['private', 'public']]);
});

it('tries at most four keys for a token without a kid', () => {
  const keys = readKeySet(JSON.stringify(jwksOf(...'123456'.split('').map((kid) => signingKey(kid)))))!;
  expect(candidatesOf(keys, undefined, 'ES256')).toHaveLength(4);
  expect(candidatesOf(keys, undefined, 'ES384')).toHaveLength(0);
});
