import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';

/** The form of a token, read without trust in what it says. */
export type TokenForm =
  Jwt | { readonly kind: 'opaque' } | { readonly kind: 'fault'; readonly reason: 'malformed' | 'algorithm' };

/** A signed token (RFC 7515, section 3.1); whether the signature is good is not known yet. */
export interface Jwt {
  readonly kind: 'jwt';
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  readonly claims: JsonObject;
}

/** The longest header of a JWT, in bytes. */
const MAX_HEADER_BYTES = 2048;

const OPAQUE: TokenForm = { kind: 'opaque' };
const MALFORMED: TokenForm = { kind: 'fault', reason: 'malformed' };

const utf8 = new TextDecoder('utf-8', { fatal: true });
const BASE64URL = /^[\w-]*$/;

/**
 * Tells a JWT (three parts, the first one JSON) from an opaque token.
 *
 * Keys that a header names or contains (`jku`, `x5u`, `jwk`, `x5c`) are not even read. A header with `crit` or `b64` is
 * malformed: no extension is supported.
 */
export function readForm(token: string): TokenForm {
  const [first = '', second = '', third, ...more] = token.split('.');
  if (third === undefined || more.length > 0) return OPAQUE;
  const header = readJson(first, MAX_HEADER_BYTES);
  if (header === undefined) return first.startsWith('eyJ') ? MALFORMED : OPAQUE;
  const claims = readJson(second);
  if (!claims || !BASE64URL.test(third)) return MALFORMED;
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return MALFORMED;
  const [alg, kid, typ] = ['alg', 'kid', 'typ'].map((name) => memberOf(header, name));
  if (typeof alg !== 'string') return { kind: 'fault', reason: 'algorithm' };
  if ((kid !== undefined && typeof kid !== 'string') || (typ !== undefined && typeof typ !== 'string'))
    return MALFORMED;
  return { kind: 'jwt', alg, kid, typ, claims };
}

function readJson(part: string, maxBytes = Infinity): JsonObject | undefined {
  if (!BASE64URL.test(part) || part.length * 0.75 > maxBytes) return undefined;
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(part, 'base64url')));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
