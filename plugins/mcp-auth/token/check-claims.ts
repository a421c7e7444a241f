import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { isForAudience } from './audience';

/** What the claims of a token must satisfy. */
export interface ClaimRules {
  readonly issuer: string;
  readonly audiences: ReadonlySet<string>;
  readonly leewayS: number;
}

/** Why a token with these claims is not accepted. */
export type ClaimFault = 'malformed' | 'expired' | 'not_yet' | 'issuer' | 'audience' | 'bound';

/**
 * Checks the claims that every token has (RFC 9068, section 4; RFC 7519, section 4.1).
 *
 * @param isIntrospected the claims are those of an introspection response: `iss` and `exp` may be absent
 */
export function checkClaims(
  claims: JsonObject,
  { issuer, audiences, leewayS }: ClaimRules,
  nowS: number,
  isIntrospected = false,
): ClaimFault | undefined {
  const [iss, exp, nbf, iat] = ['iss', 'exp', 'nbf', 'iat'].map((name) => memberOf(claims, name));
  if (iss !== issuer && !(isIntrospected && iss === undefined)) return 'issuer';
  if (exp === undefined ? !isIntrospected : !isTime(exp)) return 'malformed';
  if ((nbf !== undefined && !isTime(nbf)) || (iat !== undefined && !isTime(iat))) return 'malformed';
  if (isTime(exp) && nowS >= exp + leewayS) return 'expired';
  if (Math.max(nbf ?? 0, iat ?? 0) > nowS + leewayS) return 'not_yet';
  if (!isForAudience(memberOf(claims, 'aud'), audiences)) return 'audience';
  // Bound to a key or a certificate: whoever merely carries it must not use it (RFC 9449, section 7.1).
  return isJsonObject(memberOf(claims, 'cnf')) ? 'bound' : undefined;
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/**
 * True if a JWT can be an access token: with `at+jwt` only one of that type (RFC 9068, section 2.1), else any but an ID
 * token, which has members of OpenID Connect and no scope.
 */
export function isAccessToken(
  typ: string | undefined,
  claims: JsonObject,
  wanted: 'any' | 'at+jwt',
  hasScopes: boolean,
): boolean {
  if (typ !== undefined && /^(?:application\/)?at\+jwt$/i.test(typ)) return true;
  if (wanted === 'at+jwt') return false;
  return hasScopes || !['nonce', 'at_hash', 'c_hash'].some((name) => Object.hasOwn(claims, name));
}
