import { createPublicKey, type KeyObject } from 'node:crypto';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';

/** A public key that can verify tokens. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly kid: string | undefined;
  /** The algorithms that it fits. */
  readonly algorithms: readonly string[];
  /** Equal for equal keys. */
  readonly id: string;
}

/** Further keys of a set are ignored. */
export const MAX_KEYS = 100;

/** How many keys are tried for one token. */
const MAX_CANDIDATES = 4;

const RSA_BITS = { least: 2048, most: 8192 };

const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};

/** Every signature algorithm that a configuration may allow: asymmetric ones only. */
export const ALGORITHMS = [...RSA_ALGORITHMS, 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

/**
 * The usable keys of a JWK set (RFC 7517), as JSON text. Keys of other kinds, for encryption, malformed, too short or too
 * long ones are skipped. Undefined if the text is not a JWK set with a usable key.
 */
export function readKeySet(text: string): readonly VerificationKey[] | undefined {
  const list = memberOf(parse(text) ?? {}, 'keys');
  if (!Array.isArray(list)) return undefined;
  const keys = list.slice(0, MAX_KEYS).flatMap((jwk: unknown) => (isJsonObject(jwk) ? readKey(jwk) : []));
  return keys.length > 0 ? keys : undefined;
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readKey(jwk: JsonObject): readonly VerificationKey[] {
  const { kty, use, key_ops, alg, kid, crv, n, e, x, y } = jwk;
  if (use !== undefined && use !== 'sig') return [];
  if (Array.isArray(key_ops) && !key_ops.includes('verify')) return [];
  // Only the members of a public key: a set may contain private ones by mistake.
  const members = kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty: 'OKP', crv, x };
  if (kty !== members.kty) return [];
  const key = publicKey(members);
  const fitting = key ? algorithmsOf(key) : [];
  const algorithms =
    alg === undefined ? fitting : fitting.filter((one) => one === alg || (one === 'EdDSA' && alg === 'Ed25519'));
  if (!key || algorithms.length === 0) return [];
  return [{ key, kid: typeof kid === 'string' ? kid : undefined, algorithms, id: JSON.stringify([kid, members]) }];
}

function publicKey(jwk: object): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk as never, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  if (asymmetricKeyType === 'ed25519') return ['EdDSA'];
  if (asymmetricKeyType === 'ec') return CURVES[asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  return asymmetricKeyType === 'rsa' && bits >= RSA_BITS.least && bits <= RSA_BITS.most ? RSA_ALGORITHMS : [];
}

/** The keys to try for a token: of its id, or without one up to four that fit the algorithm. */
export const candidatesOf = (
  keys: readonly VerificationKey[],
  kid: string | undefined,
  alg: string,
): readonly VerificationKey[] =>
  keys.filter((key) => key.algorithms.includes(alg) && (kid === undefined || key.kid === kid)).slice(0, MAX_CANDIDATES);
