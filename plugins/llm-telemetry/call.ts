import type { Capture } from '../shared/captured-body/capture';
import { exchangeTimes } from '../shared/telemetry/exchange-times';
import { mediaTypeOf, type LogEntry } from '../shared/telemetry/log-entry';
import type { Api } from './request/apis';
import type { LlmRequest } from './request/llm-request';
import { framingOfType, type Framing } from './response/framing';
import type { LlmResponse } from './response/llm-response';

/** A call to a model: the facts for the span, the metrics and the log line. */
export interface LlmCall {
  readonly api: Api;
  readonly entry: LogEntry;
  readonly request: LlmRequest;
  /** Undefined if the response was not captured or its encoding is unknown. */
  readonly response: LlmResponse | undefined;
  readonly streaming: boolean;
  /**
   * When Kong sent the request upstream, and when the last byte of the response passed. Milliseconds since the epoch.
   */
  readonly startMs: number;
  readonly endMs: number;
  /** From the start to the first byte of a streamed response. */
  readonly timeToFirstChunkMs: number | undefined;
  /** `error.type`: an HTTP status as text, or a word from a fixed list; undefined without an error. */
  readonly errorType: string | undefined;
  readonly missingBytes: number;
}

/** True if an upstream was called or should have been; false for a request that a plugin rejected. */
export const wasProxied = ({ answeredByKong, tries, status }: LogEntry): boolean =>
  !answeredByKong || tries > 0 || isGatewayFailure(status);

interface Parts {
  readonly api: Api;
  readonly entry: LogEntry;
  readonly request: LlmRequest;
  readonly response: LlmResponse | undefined;
  /** The framing that the bytes of the response show; undefined if they show none. */
  readonly framing?: Framing | undefined;
  readonly capture: Capture | undefined;
}

/** Describes a call from its parts: times, streaming, error. */
export function describeCall({ api, entry, request, response, framing, capture }: Parts): LlmCall {
  const isStream = (framing ?? framingOfType(mediaTypeOf(entry.responseHeaders))) !== 'document';
  const streaming = isStreamed(api, entry, request, { isStream, isKnown: framing !== undefined });
  const { startMs, endMs } = exchangeTimes(entry, capture?.response.lastAtMs);
  const firstAtMs = capture?.response.firstAtMs;
  const firstChunkMs = firstAtMs === undefined ? entry.latencies.proxyMs : Math.max(0, firstAtMs - startMs);
  return {
    api,
    entry,
    request,
    response,
    streaming,
    startMs,
    endMs,
    timeToFirstChunkMs: streaming && entry.status < 400 ? firstChunkMs : undefined,
    errorType: errorTypeOf(entry, isStream, response, capture?.response.clientLeft ?? false),
    missingBytes: capture?.response.missingBytes ?? 0,
  };
}

/** The framing of a response, and whether it is known from the bytes or only from the media type. */
interface Framed {
  readonly isStream: boolean;
  readonly isKnown: boolean;
}

function isStreamed(api: Api, entry: LogEntry, request: LlmRequest, { isStream, isKnown }: Framed): boolean {
  if (api.operation === 'embeddings') return false;
  const asked = request.stream ?? api.streamsByDefault;
  // For a successful response the framing decides, by its bytes or else by its media type. An error is never a stream.
  if (entry.status >= 400) return asked;
  return isStream || (!isKnown && mediaTypeOf(entry.responseHeaders) !== 'application/json' && asked);
}

function errorTypeOf(
  entry: LogEntry,
  isStream: boolean,
  response: LlmResponse | undefined,
  clientLeft: boolean,
): string | undefined {
  const { status, answeredByKong } = entry;
  if (status === 499) return 'client_disconnect';
  if (answeredByKong && status === 504) return 'timeout';
  if (answeredByKong && isGatewayFailure(status)) return 'upstream_unreachable';
  if (status >= 400) return String(status);
  if (status < 100) return '_OTHER';
  if (response?.error) return isStream ? 'stream_error' : '_OTHER';
  if (!response || response.terminal) return undefined;
  // If the client disconnects during a stream, the status stays that of the start.
  return clientLeft ? 'client_disconnect' : 'stream_truncated';
}

const isGatewayFailure = (status: number): boolean => status === 502 || status === 503 || status === 504;
