import { headerOf, type LogEntry } from '../shared/log-entry';
import type { Line } from '../shared/log-writer';
import type { Redactor } from '../shared/redact';
import { toolOf, type Operation } from './operation';
import type { Status } from './status';

/** What the fields of a line take from the configuration. */
interface LineOptions {
  readonly service_name: string;
}

const MAX_ERROR_LENGTH = 200;

/** Failures of the gateway's own side; others are the client's or the tool's. */
const SEVERE: ReadonlySet<Status> = new Set(['http_5xx', 'timeout']);

/** The line of one message, whatever became of it. */
export function lineOfOperation(operation: Operation, options: LineOptions, redact: Redactor): Line {
  const { entry, message, verdict, denial, sessionId } = operation;
  const failed = verdict.errorType !== undefined;
  return {
    level: levelOf(verdict.status),
    message: denial ? 'refused' : failed ? 'failed' : message.method === 'tools/call' ? 'tool called' : 'done',
    fields: {
      ...fieldsOf(entry, options),
      session_id: sessionId,
      method: message.method,
      tool: toolOf(operation),
      target: toolOf(operation) === undefined ? targetOf(operation) : undefined,
      jsonrpc_id: message.id === undefined ? undefined : String(message.id),
      protocol_version: operation.revision,
      duration_ms: Math.round(operation.endMs - operation.startMs),
      status: verdict.status,
      error_type: verdict.errorType,
      error: failed ? errorOf(verdict.message, redact) : undefined,
      denied_by: denial?.by,
      denied_reason: denial?.reason,
    },
  };
}

/** The line of an exchange that failed and in which no message could be read. */
export function lineOfExchange(
  entry: LogEntry,
  status: Status,
  denial: Operation['denial'],
  options: LineOptions,
): Line {
  return {
    level: levelOf(status),
    message: denial || entry.answeredByKong ? 'refused' : 'failed',
    fields: {
      ...fieldsOf(entry, options),
      session_id: headerOf(entry.requestHeaders, 'mcp-session-id'),
      http_method: entry.method,
      duration_ms: Math.round(entry.latencies.requestMs),
      status,
      denied_by: denial?.by,
      denied_reason: denial?.reason,
    },
  };
}

const levelOf = (status: Status): Line['level'] => {
  if (status === 'ok') return 'info';
  return SEVERE.has(status) ? 'error' : 'warn';
};

const fieldsOf = (entry: LogEntry, { service_name }: LineOptions): Line['fields'] => ({
  service: service_name,
  request_id: entry.requestId,
  backend: entry.service.name || undefined,
  route: entry.route,
  consumer: entry.consumer?.username ?? entry.consumer?.id,
  http_status: entry.status,
});

/** A prompt's name, or a resource's URI without its query, which may hold content. */
const targetOf = ({ message: { name } }: Operation): string | undefined => name?.split(/[?#]/, 1)[0];

const errorOf = (message: string | undefined, redact: Redactor): string | undefined =>
  message ? redact.error(message, MAX_ERROR_LENGTH) : undefined;
