import type { Capture } from '../shared/captured-body/capture';
import { exchangeTimes } from '../shared/telemetry/exchange-times';
import { mediaTypeOf, type LogEntry } from '../shared/telemetry/log-entry';
import type { Api } from './request/apis';
import type { LlmRequest } from './request/llm-request';
import { framingOfType, type Framing } from './response/framing';
import type { LlmResponse } from './response/llm-response';

/** One inference call as it is told of: the same facts feed the span and the metrics. */
export interface LlmCall {
  readonly api: Api;
  readonly entry: LogEntry;
  readonly request: LlmRequest;
  /** Undefined where the capture did not run, or the answer's encoding is unknown. */
  readonly response: LlmResponse | undefined;
  readonly streaming: boolean;
  /** When Kong sent the request upstream, and when the last byte passed. Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** From the start to the first byte of a streamed answer. */
  readonly timeToFirstChunkMs: number | undefined;
  /** `error.type`: an HTTP status as text, or a word of a fixed list; undefined: no error. */
  readonly errorType: string | undefined;
  readonly missingBytes: number;
}

/** True when an upstream was called or should have been: a plugin's refusal is no call. */
export const wasProxied = ({ answeredByKong, tries, status }: LogEntry): boolean =>
  !answeredByKong || tries > 0 || isGatewayFailure(status);

interface Parts {
  readonly api: Api;
  readonly entry: LogEntry;
  readonly request: LlmRequest;
  readonly response: LlmResponse | undefined;
  /** How the answer was framed, as its bytes tell; undefined where they do not. */
  readonly framing?: Framing | undefined;
  readonly capture: Capture | undefined;
}

/** Puts the parts of a call together: times, streaming, error. */
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

/** How an answer was framed, and whether its bytes or only its media type tell so. */
interface Framed {
  readonly isStream: boolean;
  readonly isKnown: boolean;
}

function isStreamed(api: Api, entry: LogEntry, request: LlmRequest, { isStream, isKnown }: Framed): boolean {
  if (api.operation === 'embeddings') return false;
  const asked = request.stream ?? api.streamsByDefault;
  // A good answer's own framing is the truth, as its bytes tell or else its media type; an error is never a stream.
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
  // The status of a stream that a client left in its middle is that of its beginning.
  return clientLeft ? 'client_disconnect' : 'stream_truncated';
}

const isGatewayFailure = (status: number): boolean => status === 502 || status === 503 || status === 504;
