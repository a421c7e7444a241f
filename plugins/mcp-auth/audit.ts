import type { Consumer } from '../../kong/pdk';
import type { Caller } from './identify';

/** What the audit line of a request names: who called and with which scopes; never a token, a subject or a value of a claim. */
export function auditLine(
  { requestId, service }: { readonly requestId: string; readonly service: string },
  { kind, principal, identity }: Pick<Caller, 'kind' | 'principal' | 'identity'>,
  consumer: Consumer | undefined,
): object {
  const { issuer, client, scopes } = identity;
  return {
    request_id: requestId,
    plugin: 'mcp-auth',
    service,
    kind,
    principal: principal.id,
    issuer,
    client,
    consumer: consumer?.username || consumer?.id,
    scopes,
  };
}
