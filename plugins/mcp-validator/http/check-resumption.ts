import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ListRules } from '../lists/list-rules';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';

/**
 * A client that resumes a stream gets again what it has missed of any stream (2025-03-26, basic/transports "Resumability"):
 * also a list, as the server sent it.
 */
export function checkResumption(
  { method, headers }: HttpFacts,
  { deniesResumption }: Pick<ListRules, 'deniesResumption'>,
): Fault | undefined {
  if (!deniesResumption || method !== 'GET') return undefined;
  for (const name of headers.names()) {
    if (name.replaceAll('_', '-') !== 'last-event-id') continue;
    const message = 'Streams cannot be resumed here: send the request again';
    return { ...httpFault(405, 'resumption_denied', message), headers: { Allow: 'POST, DELETE' } };
  }
  return undefined;
}
