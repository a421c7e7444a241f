import type { Attributes } from '@opentelemetry/api';
import type { LogEntry } from '../log-entry';
import { addKnown } from './attributes';
import { COMMON, OI } from './semconv';

/** The config fields that name the service a span belongs to. */
export interface ServiceOptions {
  readonly service_name: string;
  readonly environment: string;
}

/** The attributes of every span that come from Kong's log entry, in an object of their own. */
export function kongAttributes(entry: LogEntry, options: ServiceOptions): Attributes {
  const attributes: Attributes = {};
  const { service, peer } = entry;
  addKnown(attributes, COMMON.serverAddress, service.host ?? peer?.address);
  addKnown(attributes, COMMON.serverPort, peer?.port ?? service.port);
  addKnown(attributes, COMMON.peerAddress, peer?.address);
  addKnown(attributes, COMMON.httpMethod, entry.method);
  addKnown(attributes, COMMON.httpStatus, entry.status);
  addKnown(attributes, COMMON.kongService, service.name || undefined);
  addKnown(attributes, COMMON.kongRoute, entry.route);
  addKnown(attributes, COMMON.kongRequestId, entry.requestId);
  addKnown(attributes, COMMON.kongTraceId, entry.traceId);
  // Phoenix drops resource attributes: what it should display is repeated here.
  const metadata = {
    service: options.service_name,
    env: options.environment,
    route: entry.route,
    'kong.request_id': entry.requestId,
  };
  addKnown(attributes, OI.metadata, JSON.stringify(metadata));
  return attributes;
}
