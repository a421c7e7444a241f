import type { SharedValue } from '../../../kong/pdk';
import { isJsonObject } from '../json/json-object';

/** Who calls, as mcp-auth found out: what later plugins may base decisions on. It has no token and no subject. */
export interface McpIdentity {
  /** By a token, by an authentication plugin of Kong, or not at all. */
  readonly kind: IdentityKind;
  /** Identifies the caller; the same for all tokens of one user at one client. */
  readonly principal: string;
  readonly issuer?: string;
  readonly client?: string;
  /** The scopes of the token and all that they imply. */
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** Values of claims that the configuration shares, by name. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** Seconds since the epoch. */
  readonly expiresAt?: number;
  /** Parameters that every challenge of the resource has. */
  readonly challenge: string;
  /** The scopes that every token needs. */
  readonly required: readonly string[];
  /** True if session ids of responses end with a seal. */
  readonly sealed?: true;
  /** True if a challenge of the server is hidden from the client (`kong/lua/seal-session.lua`). */
  readonly hidesChallenge?: true;
}

export type IdentityKind = 'token' | 'kong' | 'anonymous';

/** The key of the identity in `kong.ctx.shared`. */
export const IDENTITY_KEY = 'mcp_auth';

/** The longest identity that is shared, in characters of its JSON text. */
export const MAX_IDENTITY_LENGTH = 8192;

/** Converts an identity for `kong.ctx.shared`: empty lists are left out, since Lua has none. */
export function identityToShared(identity: McpIdentity): Readonly<Record<string, SharedValue>> {
  const { kind, principal, issuer, client, scopes, groups, claims, expiresAt, challenge, required } = identity;
  return {
    kind,
    principal,
    challenge,
    ...(issuer !== undefined && { issuer }),
    ...(client !== undefined && { client }),
    ...(scopes.length > 0 && { scopes }),
    ...(groups.length > 0 && { groups }),
    ...(Object.keys(claims).length > 0 && { claims }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(required.length > 0 && { required }),
    ...(identity.sealed && { sealed: true }),
    ...(identity.hidesChallenge && { hides_challenge: true }),
  };
}

/** Reads an identity that {@link identityToShared} wrote; undefined for anything else. */
export function identityFromShared(value: unknown): McpIdentity | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kind, principal, issuer, client, claims, challenge, expires_at, sealed, hides_challenge } = value;
  if (kind !== 'token' && kind !== 'kong' && kind !== 'anonymous') return undefined;
  if (typeof principal !== 'string' || typeof challenge !== 'string') return undefined;
  const [scopes, groups, required] = ['scopes', 'groups', 'required'].map((name) => textsFrom(value[name]));
  if (!scopes || !groups || !required) return undefined;
  const claimTexts = isJsonObject(claims) ? Object.entries(claims).map(([name, list]) => [name, textsFrom(list)]) : [];
  if ((claims !== undefined && !isJsonObject(claims)) || !claimTexts.every(([, list]) => list)) return undefined;
  return {
    kind,
    principal,
    challenge,
    scopes,
    groups,
    required,
    claims: Object.fromEntries(claimTexts) as Record<string, readonly string[]>,
    ...(typeof issuer === 'string' && { issuer }),
    ...(typeof client === 'string' && { client }),
    ...(typeof expires_at === 'number' && { expiresAt: expires_at }),
    ...(sealed === true && { sealed }),
    ...(hides_challenge === true && { hidesChallenge: true }),
  };
}

function textsFrom(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

/**
 * Leaves out the longest of the claims and the groups until the identity is short enough.
 *
 * @returns the identity, and whether something was left out
 */
export function fitIdentity(identity: McpIdentity): { readonly identity: McpIdentity; readonly isCut: boolean } {
  let fitting = identity;
  for (;;) {
    if (lengthOf(fitting) <= MAX_IDENTITY_LENGTH) return { identity: fitting, isCut: fitting !== identity };
    const [longest] = Object.entries(fitting.claims).toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a));
    if (longest && lengthOf(longest[1]) >= lengthOf(fitting.groups)) {
      const others = Object.entries(fitting.claims).filter(([name]) => name !== longest[0]);
      fitting = { ...fitting, claims: Object.fromEntries(others) };
    } else if (fitting.groups.length > 0) fitting = { ...fitting, groups: [] };
    else return { identity: { ...fitting, scopes: [] }, isCut: true };
  }
}

const lengthOf = (value: object): number => JSON.stringify(value).length;
