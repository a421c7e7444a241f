import { generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';

/** The resource, the issuer and the key id of tokens that a test does not change. */
export const RESOURCE = 'https://ai.example.com/py-calculator/mcp';
export const ISSUER = 'https://login.example.com/realms/ai';

/** A signing key of an authorization server. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Creates a key; `alg` chooses its kind. */
export function signingKey(kid: string, alg = 'ES256', rsaBits = 2048): SigningKey {
  const pair =
    alg === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : alg.startsWith('ES')
        ? generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'P-256' : 'P-384' })
        : generateKeyPairSync('rsa', { modulusLength: rsaBits });
  return { kid, alg, ...pair };
}

/** The public part of keys as a JWK set. */
export const jwksOf = (...keys: readonly SigningKey[]): { readonly keys: readonly object[] } => ({
  keys: keys.map(({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' })),
});

const base64url = (value: string | object): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A signed token with exactly this header and these claims; a text is used as it is. */
export function tokenWith(key: SigningKey, header: string | object, claims: string | object): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${signatureOf(key, input).toString('base64url')}`;
}

function signatureOf({ alg, privateKey }: SigningKey, input: string): Buffer {
  if (alg === 'EdDSA') return signBytes(null, Buffer.from(input), privateKey);
  const digest = `sha${alg.slice(2)}`;
  return alg.startsWith('ES')
    ? signBytes(digest, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    : signBytes(digest, Buffer.from(input), privateKey);
}

/** The claims of a good token at this time. */
export const claimsAt = (nowMs: number, changes: object = {}): object => {
  const now = Math.floor(nowMs / 1000);
  const good = {
    iss: ISSUER,
    aud: RESOURCE,
    sub: 'user-1',
    client_id: 'client-1',
    scope: 'mcp',
    iat: now,
    exp: now + 600,
  };
  // `undefined` removes a claim.
  return JSON.parse(JSON.stringify({ ...good, ...changes })) as object;
};

/** A token with the claims of a good one and these changes. */
export const tokenOf = (key: SigningKey, nowMs: number, changes: object = {}, header: object = {}): string =>
  tokenWith(key, { alg: key.alg, kid: key.kid, typ: 'JWT', ...header }, claimsAt(nowMs, changes));
