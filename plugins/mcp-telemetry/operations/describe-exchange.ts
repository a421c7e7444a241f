import type { Capture } from '../../shared/captured-body/capture';
import { recordOf, textOf } from '../../shared/json/lenient-json';
import type { Denial } from '../../shared/mcp/denial';
import type { MessageSummary } from '../../shared/mcp/message-summary';
import { isModern } from '../../shared/mcp/revisions';
import type { FormatSessionId } from '../../shared/mcp/session-hash';
import { endOfRequest, exchangeTimes } from '../../shared/telemetry/exchange-times';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { textsOf, valuesOfHeaders } from '../../shared/telemetry/redaction/client-values';
import { withoutSecrets } from '../../shared/telemetry/redaction/safe-uri';
import type { ClientMessage } from '../requests/client-messages';
import type { RpcResponses } from '../responses/read-responses';
import type { RpcResponse } from '../responses/rpc-response';
import { sessionIdIn } from '../sessions/session-id';
import { LISTEN } from '../streams';
import { boundedRevision } from './bounded-revision';
import type { Operation } from './operation';
import { outcomeOf, UNKNOWN_HTTP_RESPONSE, type HttpResponseFacts, type MessageOutcome } from './outcome';

/** The facts of one HTTP exchange. */
export interface Exchange {
  readonly entry: LogEntry;
  readonly capture: Capture | undefined;
  readonly summary: MessageSummary | undefined;
  readonly denial: Denial | undefined;
}

/** Describes each message of an exchange as an operation. */
export function describeExchange(
  exchange: Exchange,
  messages: readonly ClientMessage[],
  responses: RpcResponses,
  formatSessionId: FormatSessionId,
): Operation[] {
  const { entry, capture, denial } = exchange;
  const { startMs, endMs } = exchangeTimes(entry, capture?.response.lastAtMs);
  const isOnly = messages.filter(({ id }) => id !== undefined).length === 1;
  const http = httpResponseFactsOf(capture, responses);
  return messages.map((message) => {
    const { id, method } = message;
    const response = id === undefined ? undefined : responses.to(id, isOnly);
    // The client ends a subscription when it likes: its stream needs no result.
    const expectsResponse = id !== undefined && method !== LISTEN;
    const outcome = outcomeOf({ entry, denial, method, expectsResponse, response, http });
    const revision = revisionOf(exchange, message, response?.result?.['protocolVersion']);
    const session = sessionOf(entry, revision);
    return {
      entry,
      message,
      response,
      denial,
      outcome,
      revision,
      sessionId: formatSessionId(session),
      clientValues: clientValuesOf(outcome, message, entry),
      startMs,
      endMs,
    };
  });
}

/** Describes a message with a deferred response, which was sent on a later stream. */
export function describeLateResponse(
  operation: Operation,
  response: RpcResponse | undefined,
  entry: LogEntry,
  capture: Capture,
): Operation {
  const { message } = operation;
  const outcome = outcomeOf({
    entry: operation.entry,
    denial: undefined,
    method: message.method,
    expectsResponse: true,
    response,
    http: UNKNOWN_HTTP_RESPONSE,
  });
  const endMs = capture.response.lastAtMs ?? endOfRequest(entry);
  return {
    ...operation,
    response,
    outcome,
    clientValues: clientValuesOf(outcome, message, operation.entry),
    endMs: Math.max(operation.endMs, endMs),
  };
}

/** The facts of the HTTP response. */
function httpResponseFactsOf(capture: Capture | undefined, responses: RpcResponses): HttpResponseFacts {
  const { complete, form, resumable } = responses;
  return {
    complete,
    ended: capture?.response.complete ?? true,
    clientLeft: capture?.response.clientLeft ?? false,
    foreign: form === 'other',
    streamed: form === 'events',
    resumable,
  };
}

/** The response to `initialize` has the negotiated revision; later requests have it in a header. */
function revisionOf({ entry, summary }: Exchange, message: ClientMessage, agreed: unknown): string | undefined {
  const revision =
    textOf(agreed) ?? headerOf(entry.requestHeaders, 'mcp-protocol-version') ?? message.revision ?? summary?.revision;
  return boundedRevision(revision);
}

function sessionOf(entry: LogEntry, revision: string | undefined): string | undefined {
  if (revision !== undefined && isModern(revision)) return undefined;
  return sessionIdIn(entry.requestHeaders) ?? sessionIdIn(entry.responseHeaders);
}

/** The client's values, collected only if there is an error message that may repeat them. */
function clientValuesOf(outcome: MessageOutcome, { name, params }: ClientMessage, entry: LogEntry): readonly string[] {
  if (outcome.message === undefined) return [];
  const given = sessionIdIn(entry.responseHeaders);
  // Most errors repeat the URI. It is kept there unless it may contain a secret.
  const uri = name !== undefined && withoutSecrets(name) !== name ? [name] : [];
  const ownArguments = Object.values(recordOf(params?.['arguments'])).flatMap(textsOf);
  return [
    ...(given === undefined ? [] : [given]),
    ...uri,
    ...valuesOfHeaders(entry),
    ...ownArguments,
    ...textsOf(params),
  ];
}
