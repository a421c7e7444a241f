import type { Capture } from '../shared/capture';
import type { Denial } from '../shared/denial';
import { textOf } from '../shared/lenient-json';
import { headerOf, type LogEntry } from '../shared/log-entry';
import type { MessageSummary } from '../shared/message-summary';
import { isModern } from '../shared/revisions';
import type { Answers } from './answers';
import type { ClientMessage } from './messages';
import type { Operation } from './operation';
import { sessionIdIn } from './session-id';
import { judge } from './status';
import { LISTEN } from './stream';

/** What is known of one HTTP exchange. */
export interface Exchange {
  readonly entry: LogEntry;
  readonly capture: Capture | undefined;
  readonly summary: MessageSummary | undefined;
  readonly denial: Denial | undefined;
}

/** One operation for each message of the exchange. */
export function describeExchange(
  exchange: Exchange,
  messages: readonly ClientMessage[],
  answers: Answers,
): Operation[] {
  const { entry, capture, denial } = exchange;
  const startMs = entry.startedAtMs + entry.latencies.kongMs;
  const endMs = Math.max(startMs, capture?.response.lastAtMs ?? entry.startedAtMs + entry.latencies.requestMs);
  const clientLeft = capture?.response.clientLeft ?? false;
  return messages.map((message) => {
    const answer = message.id === undefined ? undefined : answers.to(message.id);
    // A subscription ends when the client has heard enough: its stream owes it no result.
    const expectsAnswer = message.id !== undefined && message.method !== LISTEN;
    const responseComplete = answers.complete;
    const verdict = judge({ entry, denial, expectsAnswer, answer, responseComplete, clientLeft });
    const revision = revisionOf(exchange, message, answer?.result?.['protocolVersion']);
    return {
      entry,
      message,
      answer,
      denial,
      verdict,
      revision,
      sessionId: sessionOf(entry, revision),
      startMs,
      endMs,
    };
  });
}

/** An `initialize` is answered with the revision that both will speak; a later request names it in its header. */
function revisionOf({ entry, summary }: Exchange, message: ClientMessage, agreed: unknown): string | undefined {
  const revision =
    textOf(agreed) ?? headerOf(entry.requestHeaders, 'mcp-protocol-version') ?? message.revision ?? summary?.revision;
  return revision?.slice(0, 64);
}

function sessionOf(entry: LogEntry, revision: string | undefined): string | undefined {
  if (revision !== undefined && isModern(revision)) return undefined;
  return sessionIdIn(entry.requestHeaders) ?? sessionIdIn(entry.responseHeaders);
}
