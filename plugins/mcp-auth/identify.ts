import type { Consumer, Headers } from '../../kong/pdk';
import type { IdentityKind, McpIdentity } from '../shared/mcp/identity';
import { principalOf, type Principal } from './identity/principal';
import type { AuthReason } from './reasons';
import type { State } from './state';
import { hasTokenInQuery, readAuthorization } from './token/read-authorization';
import type { ProvenToken } from './token/token-prover';
import type { InboundToken } from './upstream/upstream-credentials';

/** What is known of a request before anything is decided. */
export interface RequestFacts {
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly consumer: Consumer | undefined;
  readonly credentialId: string | undefined;
}

/** Who calls. */
export interface Caller {
  readonly kind: IdentityKind;
  readonly principal: Principal;
  readonly identity: McpIdentity;
  /** The name of the consumer to look up. */
  readonly consumerName: string | undefined;
  /** The consumer that Kong knows already. */
  readonly consumer: Consumer | undefined;
  readonly aclGroups: readonly string[];
  /** Headers for the upstream. */
  readonly headers: Readonly<Record<string, string>>;
  readonly inbound: InboundToken | undefined;
  readonly isCut: boolean;
}

/** Why a request is rejected, with what the log line says about it. */
export interface Fault {
  readonly kind: 'fault';
  readonly reason: AuthReason;
  readonly issuer?: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly client?: string;
}

type Needed = Pick<State, 'config' | 'rules' | 'challenges' | 'prover' | 'anonymous'>;

/** Finds out who calls: by Kong's own authentication, by the token, or nobody. */
export function identify(state: Needed, facts: RequestFacts): Caller | Fault | Promise<Caller | Fault> {
  const { credentialId, consumer } = facts;
  const challenge = state.challenges[facts.path.endsWith('/') ? 1 : 0];
  if (credentialId !== undefined) {
    const principal = principalOf('kong', credentialId, consumer?.id);
    return callerOf(state, challenge, 'kong', principal, consumer);
  }
  if (hasTokenInQuery(facts.query)) return fault('token_in_query');
  const authorization = readAuthorization(facts.headers.all('authorization'));
  switch (authorization.kind) {
    case 'malformed':
      return fault('malformed');
    case 'token': {
      const { token } = authorization;
      const proof = state.prover.prove(token);
      if (proof instanceof Promise) return proof.then((one) => ofProof(one, token, challenge));
      return ofProof(proof, token, challenge);
    }
    case 'none': {
      const { unauthenticated, anonymous } = state.config;
      if (unauthenticated === 'reject') return fault('no_token');
      return { ...callerOf(state, challenge, 'anonymous', state.anonymous, consumer), consumerName: anonymous };
    }
  }
}

const fault = (reason: AuthReason): Fault => ({ kind: 'fault', reason });

function ofProof(proof: ProvenToken | Fault, token: string, challenge: string): Caller | Fault {
  if (proof.kind === 'fault') return proof;
  const { principal, identity, consumerName, aclGroups, headers, isCut, digest } = proof;
  if (proof.fault) {
    const { issuer, client } = identity;
    return {
      kind: 'fault',
      reason: proof.fault,
      ...(issuer !== undefined && { issuer }),
      ...(client !== undefined && { client }),
    };
  }
  return {
    kind: 'token',
    principal,
    identity: identity.challenge === challenge ? identity : { ...identity, challenge },
    consumerName,
    consumer: undefined,
    aclGroups,
    headers,
    inbound: { token, digest, expiresAt: identity.expiresAt },
    isCut,
  };
}

const callerOf = (
  { rules }: Needed,
  challenge: string,
  kind: IdentityKind,
  principal: Principal,
  consumer: Consumer | undefined,
): Caller => ({
  kind,
  principal,
  identity: {
    kind,
    principal: principal.id,
    scopes: [],
    groups: [],
    claims: {},
    challenge,
    required: rules.required,
    ...rules.marks,
  },
  consumerName: undefined,
  consumer,
  aclGroups: [],
  headers: { 'X-MCP-Principal': principal.id },
  inbound: undefined,
  isCut: false,
});
