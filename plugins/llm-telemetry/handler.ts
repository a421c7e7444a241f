import { proceed, read, type FactsOf, type Outcome, type RawBody } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared, type Capture } from '../shared/captured-body/capture';
import { headerOf, type LogEntry } from '../shared/telemetry/log-entry';
import { projectOf } from '../shared/telemetry/spans/project';
import { startedSpanFromShared } from '../shared/telemetry/spans/started-span';
import { finishedRequest } from '../shared/telemetry/telemetry-state';
import { startCall } from './access';
import { describeCall, wasProxied, type LlmCall } from './call';
import { countCall } from './counting/count-call';
import { countUnknownPath, countUnread } from './counting/count-unread';
import { levelOfCall, lineOfCall, lineOfRejection } from './log-line';
import { isOwnExport } from './own-export';
import { apiAt, type Api } from './request/apis';
import { readCapturedRequest } from './request/read-captured-request';
import { readCapturedResponse } from './response/read-captured-response';
import { fieldsWithAccess } from './schema';
import { textLengthToKeep } from './span/content/content';
import { spanOf } from './span/span';
import { STARTED_SPAN_KEY, type State } from './state';

const NO_BODY: RawBody = { kind: 'failed', message: 'not read' };

/** The facts of the access phase, which runs only if an option needs it; each only if such an option is on. */
export const accessReads = ({ config }: Pick<State, 'config'>) => ({
  method: read.method(),
  upstreamPath: read.upstreamPath(),
  headers: read.headers(),
  body: config.inject_stream_usage || config.track_open_streams ? read.rawBody() : read.known(NO_BODY),
  service: config.track_open_streams ? read.serviceName() : read.known(''),
});

/** Passes the request on, with the effects of the options that are on. */
export const access = (state: State, facts: FactsOf<ReturnType<typeof accessReads>>): Outcome =>
  proceed(startCall(state, facts));

/** The facts of the log phase. */
export const reads = ({ config }: Pick<State, 'config'>) => ({
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  // Only the access phase writes it.
  started:
    fieldsWithAccess(config).length > 0 ? read.shared(STARTED_SPAN_KEY, startedSpanFromShared) : read.known(undefined),
});

/** Reports one request, if it was a call to a model. */
export async function log(state: State, facts: FactsOf<ReturnType<typeof reads>>): Promise<void> {
  const { capture, started } = facts;
  const entry = finishedRequest(state, facts, 'llm-telemetry');
  if (!entry) {
    state.metrics.parseErrors.inc({ api: 'log_entry' });
    return;
  }
  const api = inferenceApiOf(entry, state);
  if (!api) return;
  if (!wasProxied(entry)) {
    state.lines.write(lineOfRejection(api, entry, state.config), false);
    return;
  }
  const call = await readCall(api, entry, capture, state);
  if (!call) return;
  countCall(state.metrics, call, state.config);
  if (state.lines.wants(levelOfCall(call), true)) {
    state.lines.write(lineOfCall(call, state.config, state.redact), true);
  }
  state.spans.record(spanOf(call, started, state.config, state.redact), projectOf(entry, state.config));
}

function inferenceApiOf(entry: LogEntry, { metrics }: State): Api | undefined {
  if (entry.method !== 'POST') return undefined;
  if (isOwnExport(headerOf(entry.requestHeaders, 'user-agent'))) return undefined;
  const api = apiAt(entry.fullUpstreamPath);
  if (!api && wasProxied(entry)) countUnknownPath(metrics, entry);
  return api;
}

async function readCall(
  api: Api,
  entry: LogEntry,
  capture: Capture | undefined,
  { config, metrics }: State,
): Promise<LlmCall | undefined> {
  const request = await readCapturedRequest(api, entry, capture?.request, config.max_buffer_bytes);
  // Ollama loads or unloads a model if the request contains no prompt.
  if (request.empty) return undefined;
  const limits = { maxBufferBytes: config.max_buffer_bytes, maxTextLength: textLengthToKeep(config) };
  const read = capture && (await readCapturedResponse(api.name, entry, capture.response, limits));
  const reason = read?.response.finishReasons[0];
  if (reason === 'load' || reason === 'unload') return undefined;
  countUnread(metrics, entry, { capture, request, read });
  return describeCall({ api, entry, request, response: read?.response, framing: read?.framing, capture });
}
