import type { JsonObject } from '../../shared/json/json-object';
import { fitIdentity, type McpIdentity } from '../../shared/mcp/identity';
import { headerValue } from '../identity/identity-headers';
import { principalOf, type Principal } from '../identity/principal';
import type { IssuerRules } from '../issuers/issuer-rules';
import type { TokenReason } from '../reasons';
import type { Rules } from '../rules';
import { textAt, textsOf, valueAt, type Pointer } from './pointer';
import { closeScopes } from './scopes';

/** Further groups, and longer ones, are ignored. */
const MAX_GROUPS = 256;
const MAX_GROUP_LENGTH = 128;

/** Kong is not asked for longer names of consumers. */
const MAX_NAME_LENGTH = 256;

/** Who calls, by the claims of a token. */
export interface TokenIdentity {
  readonly principal: Principal;
  readonly identity: McpIdentity;
  /** The text of `consumer_claim`. */
  readonly consumerName: string | undefined;
  /** Groups for Kong's acl plugin. */
  readonly aclGroups: readonly string[];
  /** Headers for the upstream. */
  readonly headers: Readonly<Record<string, string>>;
  /** Why the caller may not use the resource, although the token is good. */
  readonly fault: TokenReason | undefined;
  /** Claims or groups were too long to share. */
  readonly isCut: boolean;
}

/** Reads the claims of a proven token; undefined if they name neither a subject nor a client. */
export function readIdentity(
  claims: JsonObject,
  scopes: readonly string[],
  issuer: IssuerRules,
  rules: Rules,
  challenge: string,
): TokenIdentity | undefined {
  const subject = textAt(claims, issuer.subject);
  const client = issuer.client.map((pointer) => textAt(claims, pointer)).find((one) => one !== undefined);
  if (subject === undefined && client === undefined) return undefined;
  const principal = principalOf('token', issuer.issuer, subject, client);
  const all = closeScopes(scopes, rules.hierarchy);
  const expiresAt = valueAt(claims, ['exp']);
  const { identity, isCut } = fitIdentity({
    kind: 'token',
    principal: principal.id,
    issuer: issuer.issuer,
    ...(client !== undefined && { client }),
    scopes: all,
    groups: groupsAt(claims, issuer.groups),
    claims: Object.fromEntries(
      rules.sharedClaims
        .map(({ name, pointer }) => [name, textsOf(valueAt(claims, pointer))] as const)
        .filter(([, values]) => values.length > 0),
    ),
    ...(typeof expiresAt === 'number' && { expiresAt }),
    challenge,
    required: rules.required,
    ...rules.marks,
  });
  return {
    principal,
    identity,
    consumerName: consumerNameIn(claims, rules.consumerClaim),
    aclGroups: rules.aclGroupsClaim ? groupsAt(claims, rules.aclGroupsClaim) : [],
    headers: { ...claimHeaders(claims, rules), 'X-MCP-Principal': principal.id },
    fault: faultOf(claims, client, all, issuer, rules),
    isCut,
  };
}

const consumerNameIn = (claims: JsonObject, pointer: Pointer | undefined): string | undefined => {
  const name = pointer && textAt(claims, pointer);
  return name !== undefined && name.length <= MAX_NAME_LENGTH ? name : undefined;
};

function groupsAt(claims: JsonObject, pointer: Pointer): readonly string[] {
  const groups = textsOf(valueAt(claims, pointer)).filter(({ length }) => length > 0 && length <= MAX_GROUP_LENGTH);
  return [...new Set(groups)].slice(0, MAX_GROUPS);
}

const claimHeaders = (claims: JsonObject, { claimHeaders: headers }: Rules): Record<string, string> =>
  Object.fromEntries(
    headers.flatMap(({ name, pointer }) => {
      const value = headerValue(valueAt(claims, pointer));
      return value === undefined ? [] : [[name, value]];
    }),
  );

function faultOf(
  claims: JsonObject,
  client: string | undefined,
  scopes: readonly string[],
  { clients, requiredClaims }: IssuerRules,
  { required }: Rules,
): TokenReason | undefined {
  if (clients && (client === undefined || !clients.has(client))) return 'client';
  for (const { pointer, values } of requiredClaims) {
    if (!textsOf(valueAt(claims, pointer)).some((text) => values.has(text))) return 'claim';
  }
  return required.every((scope) => scopes.includes(scope)) ? undefined : 'scope';
}
