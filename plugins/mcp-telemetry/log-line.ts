import type { FormatSessionId } from '../shared/mcp/session-hash';
import type { LogEntry } from '../shared/telemetry/log-entry';
import { exchangeFields, type Line } from '../shared/telemetry/log-line';
import { MAX_FIELD_LENGTH } from '../shared/telemetry/log-writer';
import { MAX_ERROR_LENGTH, type Redactor } from '../shared/telemetry/redaction/redact';
import { withoutSecrets } from '../shared/telemetry/redaction/safe-uri';
import { MAX_NAME_LENGTH, toolOf, type Operation } from './operations/operation';
import type { Status, MessageOutcome } from './operations/outcome';
import { sessionIdIn } from './sessions/session-id';

/** The config field that log lines use. */
interface LineOptions {
  readonly service_name: string;
}

/** Outcomes that need attention; others are caused by the client or the tool. */
const SEVERE: ReadonlySet<Status> = new Set(['http_5xx', 'timeout', 'invalid_response']);

/** The log line of one message. */
export function lineOfOperation(operation: Operation, options: LineOptions, redact: Redactor): Line {
  const { entry, message, outcome, denial, sessionId, clientValues } = operation;
  const tool = toolOf(operation);
  const failed = outcome.errorType !== undefined;
  return {
    level: levelOf(outcome.status),
    message: denial ? 'rejected' : failed ? 'failed' : message.method === 'tools/call' ? 'tool called' : 'done',
    fields: {
      ...fieldsOf(entry, options),
      session_id: sessionId,
      method: redact.name(message.method, MAX_NAME_LENGTH),
      tool: tool === undefined ? undefined : redact.name(tool, MAX_NAME_LENGTH),
      target: tool === undefined ? targetOf(operation, redact) : undefined,
      jsonrpc_id: message.id === undefined ? undefined : redact.name(String(message.id), MAX_NAME_LENGTH),
      protocol_version: operation.revision,
      duration_ms: Math.round(operation.endMs - operation.startMs),
      status: outcome.status,
      error_type: outcome.errorType,
      fault: outcome.fault === 'none' ? undefined : outcome.fault,
      error: failed && outcome.message ? redact.error(outcome.message, MAX_ERROR_LENGTH, clientValues) : undefined,
      denied_by: denial?.by,
      denied_reason: denial?.reason,
    },
  };
}

/** The log line of a failed exchange in which no message could be read. */
export function lineOfExchange(
  entry: LogEntry,
  { status, fault }: MessageOutcome,
  denial: Operation['denial'],
  options: LineOptions,
  formatSessionId: FormatSessionId,
): Line {
  return {
    level: levelOf(status),
    message: denial || entry.answeredByKong ? 'rejected' : 'failed',
    fields: {
      ...fieldsOf(entry, options),
      session_id: formatSessionId(sessionIdIn(entry.requestHeaders)),
      http_method: entry.method,
      duration_ms: Math.round(entry.latencies.requestMs),
      status,
      fault: fault === 'none' ? undefined : fault,
      denied_by: denial?.by,
      denied_reason: denial?.reason,
    },
  };
}

/** The level of the line of a message or exchange with this outcome. */
export const levelOf = (status: Status): Line['level'] => {
  if (status === 'ok' || status === 'deferred') return 'info';
  return SEVERE.has(status) ? 'error' : 'warn';
};

const fieldsOf = (entry: LogEntry, { service_name }: LineOptions): Line['fields'] => ({
  ...exchangeFields(entry, service_name),
  http_status: entry.status,
});

/** The name of a prompt or the URI of a resource, without parts that may be secrets. */
const targetOf = ({ message: { name } }: Operation, redact: Redactor): string | undefined =>
  name === undefined ? undefined : redact.error(withoutSecrets(name), MAX_FIELD_LENGTH);
