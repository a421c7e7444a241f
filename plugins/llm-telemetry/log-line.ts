import type { FormatSessionId } from '../shared/mcp/session-hash';
import { headerOf, type LogEntry } from '../shared/telemetry/log-entry';
import { exchangeFields, type Line } from '../shared/telemetry/log-line';
import type { Redactor } from '../shared/telemetry/redaction/redact';
import type { LlmCall } from './call';
import type { Api } from './request/apis';
import { errorMessageOf } from './span/span';

/** The config fields that log lines use. */
interface LineOptions {
  readonly service_name: string;
  readonly session_header: string;
  readonly formatSessionId: FormatSessionId;
}

/** The log line of one call, without content. */
export function lineOfCall(call: LlmCall, options: LineOptions, redact: Redactor): Line {
  const { api, entry, request, response, errorType } = call;
  return {
    level: levelOfCall(call),
    message: errorType === undefined ? 'model called' : 'failed',
    fields: {
      ...fieldsOf(api, entry, options),
      model: request.model ?? response?.model,
      streaming: call.streaming,
      duration_ms: Math.round(call.endMs - call.startMs),
      input_tokens: response?.inputTokens,
      output_tokens: response?.outputTokens,
      error_type: errorType,
      error: errorType === undefined ? undefined : errorMessageOf(call, redact),
    },
  };
}

/** The level of the line of a call. */
export const levelOfCall = ({ errorType, entry }: LlmCall): Line['level'] =>
  errorType === undefined ? 'info' : levelOf(entry.status);

/** The log line of a call that a plugin of Kong rejected. */
export const lineOfRejection = (api: Api, entry: LogEntry, options: LineOptions): Line => ({
  level: 'warn',
  message: 'rejected',
  fields: { ...fieldsOf(api, entry, options), duration_ms: Math.round(entry.latencies.requestMs) },
});

const levelOf = (status: number): Line['level'] => (status >= 500 ? 'error' : 'warn');

const fieldsOf = (api: Api, entry: LogEntry, options: LineOptions): Line['fields'] => ({
  ...exchangeFields(entry, options.service_name),
  session_id: options.formatSessionId(headerOf(entry.requestHeaders, options.session_header.toLowerCase())),
  method: api.operation,
  api: api.name,
  status: entry.status,
});
