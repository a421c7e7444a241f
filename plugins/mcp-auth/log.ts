import { read, type FactsOf } from '../../kong/pdk';
import { logEntryOf } from '../shared/telemetry/log-entry';
import type { State } from './state';

/** The key in `kong.ctx.shared` of the credential that a request took to the server; never the credential itself. */
export const CREDENTIAL_KEY = 'mcp_auth_credential';

const keyFromShared = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The facts of the log phase. */
export const logReads = {
  entry: read.logEntry(),
  credential: read.shared(CREDENTIAL_KEY, keyFromShared),
};

/** Drops a credential that the server rejected: the next request fetches another one. */
export function log({ upstream, log: logger }: State, { entry: record, credential }: FactsOf<typeof logReads>): void {
  if (credential === undefined) return;
  const entry = logEntryOf(record);
  if (entry?.upstreamStatus !== 401 || !upstream.drop(credential)) return;
  const { service, requestId: request_id } = entry;
  logger.warn(
    { request_id, service: service.name },
    'the server rejected a credential that was fetched for it: it is dropped',
  );
}
