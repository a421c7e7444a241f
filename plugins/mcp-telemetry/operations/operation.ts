import type { Denial } from '../../shared/mcp/denial';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { ClientMessage } from '../requests/client-messages';
import type { RpcResponse } from '../responses/rpc-response';
import type { MessageOutcome } from './outcome';

/** A client's message and its outcome: the facts for the span, the metrics and the log line. */
export interface Operation {
  readonly entry: LogEntry;
  readonly message: ClientMessage;
  readonly response: RpcResponse | undefined;
  readonly denial: Denial | undefined;
  readonly outcome: MessageOutcome;
  /** The protocol revision of the exchange, if known. */
  readonly revision: string | undefined;
  /** The session id as spans and logs show it. */
  readonly sessionId: string | undefined;
  /** Values from the client that an error message may repeat; they are removed from it. */
  readonly clientValues: readonly string[];
  /** Milliseconds since the epoch, of the whole exchange: the messages of a batch share them. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Clients choose names; longer ones are cut, in characters. */
export const MAX_NAME_LENGTH = 128;

/** The tool of a `tools/call`. */
export const toolOf = ({ message }: Operation): string | undefined =>
  message.method === 'tools/call' ? message.name : undefined;
