import type { Authentication, Consumer, SharedValue } from '../../../kong/pdk';
import { IDENTITY_KEY, identityToShared, type McpIdentity } from '../../shared/mcp/identity';
import type { Caller } from '../identify';

/** The effects that a caller has on a request that passes: in Kong, for later plugins, and on the upstream's request. */
export interface CallerEffects {
  /** Undefined where Kong's consumer and credential stay as they are. */
  readonly authenticate: Authentication | undefined;
  readonly share: Readonly<Record<string, SharedValue>>;
  readonly upstreamHeaders: Readonly<Record<string, string>>;
}

/** The effects of known tokens. All requests of a token have the same object as their identity, as long as the token is known. */
const known = new WeakMap<McpIdentity, { readonly consumer: Consumer | undefined; readonly effects: CallerEffects }>();

/** The effects of a caller with this consumer. Made once for a token that is known, and for its consumer. */
export function callerEffects(caller: Caller, consumer: Consumer | undefined): CallerEffects {
  if (caller.kind !== 'token') return effectsOf(caller, consumer);
  const found = known.get(caller.identity);
  if (found && found.consumer === consumer) return found.effects;
  const effects = effectsOf(caller, consumer);
  known.set(caller.identity, { consumer, effects });
  return effects;
}

const effectsOf = (caller: Caller, consumer: Consumer | undefined): CallerEffects => ({
  authenticate: authentication(caller, consumer),
  share: {
    [IDENTITY_KEY]: identityToShared(caller.identity),
    ...(caller.aclGroups.length > 0 && { authenticated_groups: caller.aclGroups }),
  },
  upstreamHeaders: { ...caller.headers, ...(caller.kind === 'kong' ? {} : consumerHeaders(caller, consumer)) },
});

/**
 * The consumer and the credential that Kong sets for the request; undefined if Kong authenticated the caller itself, and for
 * an anonymous caller without a consumer.
 */
function authentication(caller: Caller, consumer: Consumer | undefined): Authentication | undefined {
  if (caller.kind === 'kong' || (caller.kind === 'anonymous' && !consumer)) return undefined;
  const found = consumer ? { consumer } : {};
  if (caller.kind === 'anonymous') return found;
  const { uuid } = caller.principal;
  return { ...found, credential: { id: uuid, consumerId: consumer?.id ?? uuid } };
}

/** The headers that an authentication plugin of Kong would set. */
function consumerHeaders({ kind, principal }: Caller, consumer: Consumer | undefined): Record<string, string> {
  return {
    ...(consumer && {
      'X-Consumer-Id': consumer.id,
      ...(consumer.username !== '' && { 'X-Consumer-Username': consumer.username }),
      ...(consumer.customId !== '' && { 'X-Consumer-Custom-Id': consumer.customId }),
    }),
    ...(kind === 'token' && { 'X-Credential-Identifier': principal.uuid }),
    ...(kind === 'anonymous' && consumer && { 'X-Anonymous-Consumer': 'true' }),
  };
}
