import type { LogEntry } from '../log-entry';
import type { OptionalAttributes } from './attributes';
import { COMMON, OI } from './semconv';

/** The config fields that name the service a span belongs to. */
export interface ServiceOptions {
  readonly service_name: string;
  readonly environment: string;
}

/** The attributes of every span that come from Kong's log entry. */
export const kongAttributes = (entry: LogEntry, options: ServiceOptions): OptionalAttributes => ({
  [COMMON.serverAddress]: entry.service.host ?? entry.peer?.address,
  [COMMON.serverPort]: entry.peer?.port ?? entry.service.port,
  [COMMON.peerAddress]: entry.peer?.address,
  [COMMON.httpMethod]: entry.method,
  [COMMON.httpStatus]: entry.status,
  [COMMON.kongService]: entry.service.name || undefined,
  [COMMON.kongRoute]: entry.route,
  [COMMON.kongRequestId]: entry.requestId,
  [COMMON.kongTraceId]: entry.traceId,
  // Phoenix drops resource attributes: what it should display is repeated here.
  [OI.metadata]: JSON.stringify({
    service: options.service_name,
    env: options.environment,
    route: entry.route,
    'kong.request_id': entry.requestId,
  }),
});
