import { read, type FactsOf, type Resources } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared, type Capture, type CapturedPart } from '../shared/capture';
import { decodeBody } from '../shared/content-encoding';
import { headerOf, parseLogEntry, type LogEntry } from '../shared/log-entry';
import { createRedactor, type Redactor } from '../shared/redact';
import type { Pipeline } from '../shared/traces/pipeline';
import { acquirePipeline } from '../shared/traces/pipelines';
import { targetOf } from '../shared/traces/target';
import { VERSION } from '../shared/version';
import { apiAt, type Api } from './apis';
import { describeCall, wasProxied, type LlmCall } from './call';
import { textLengthToKeep } from './content/content';
import { countCall, llmMetricsOf, type LlmMetrics } from './metrics';
import { readReply } from './read-reply';
import { readRequest, type LlmRequest } from './request';
import type { Config } from './schema';
import { spanOf } from './span';

/** What a configuration needs while it lives. */
export interface State {
  readonly config: Config;
  readonly metrics: LlmMetrics;
  readonly spans: Pipeline;
  readonly redact: Redactor;
}

/** All that is read: Kong's log entry, and the bytes that the Lua functions kept. */
export const reads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
};

export function prepare(config: Config, { metrics, env }: Resources): State {
  return {
    config,
    metrics: llmMetricsOf(metrics),
    spans: acquirePipeline(targetOf(config, VERSION, env), metrics, 'llm_telemetry'),
    redact: createRedactor(config.redact_patterns),
  };
}

/** Flushes and closes the way of the spans, within its bounded time. */
export const dispose = (state: State): Promise<void> => state.spans.shutdown();

/** Tells of one request, if it was an inference call. */
export async function log(state: State, { entry: text, capture }: FactsOf<typeof reads>): Promise<void> {
  const entry = parseLogEntry(text);
  if (!entry) {
    state.metrics.parseErrors.inc({ api: 'log_entry' });
    return;
  }
  const api = inferenceApiOf(entry);
  if (!api) return;
  const call = await readCall(api, entry, capture, state.config);
  if (!call) return;
  countCall(state.metrics, call, state.config);
  state.spans.record(spanOf(call, state.config, state.redact));
}

/** Our own exports may pass the gateway on a route with this plugin: they are left alone, or each would make another. */
const EXPORTER = 'OTel-OTLP-Exporter-JavaScript/';

function inferenceApiOf(entry: LogEntry): Api | undefined {
  if (entry.method !== 'POST' || !wasProxied(entry)) return undefined;
  if (headerOf(entry.requestHeaders, 'user-agent')?.includes(EXPORTER)) return undefined;
  return apiAt(entry.upstreamPath);
}

async function readCall(
  api: Api,
  entry: LogEntry,
  capture: Capture | undefined,
  config: Config,
): Promise<LlmCall | undefined> {
  const request = await readRequestOf(api, entry, capture?.request, config.max_buffer_bytes);
  // Ollama loads or unloads a model when it is asked nothing.
  if (request.empty) return undefined;
  const limits = { maxBufferBytes: config.max_buffer_bytes, maxTextLength: textLengthToKeep(config) };
  const reply = capture && (await readReply(api.name, entry, capture.response, limits));
  if (reply?.finishReasons[0] === 'load' || reply?.finishReasons[0] === 'unload') return undefined;
  return describeCall({ api, entry, request, reply, capture });
}

const NOTHING = { bytes: new Uint8Array(), cut: true };

/** Some clients of `/v1/responses` compress what they ask. What can't be unfolded is a request without details. */
async function readRequestOf(
  api: Api,
  { requestHeaders }: LogEntry,
  { bytes, totalBytes }: CapturedPart = { bytes: NOTHING.bytes, totalBytes: 0 },
  maxBytes: number,
): Promise<LlmRequest> {
  const decoded = await decodeBody(bytes, headerOf(requestHeaders, 'content-encoding'), maxBytes);
  const { bytes: body, cut } = decoded ?? NOTHING;
  return readRequest(api, body, !cut && bytes.length >= totalBytes);
}
