import type { Denial } from '../../shared/mcp/denial';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { ClientMessage } from '../requests/client-messages';
import type { RpcResponse } from '../responses/rpc-response';
import type { MessageOutcome } from './outcome';

/** One message of a client and what became of it: the same facts feed the span and the metrics. */
export interface Operation {
  readonly entry: LogEntry;
  readonly message: ClientMessage;
  readonly response: RpcResponse | undefined;
  readonly denial: Denial | undefined;
  readonly outcome: MessageOutcome;
  /** The revision that the exchange speaks, where it is told. */
  readonly revision: string | undefined;
  /** The session's id as it is told of: not the id itself. */
  readonly sessionId: string | undefined;
  /** What the client sent that an error may repeat: it is taken out there. */
  readonly clientValues: readonly string[];
  /** Milliseconds since the epoch; of the whole exchange, which the messages of a batch share. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Names are the client's word; longer ones are cut, in characters. */
export const MAX_NAME_LENGTH = 128;

/** The tool that a `tools/call` names. */
export const toolOf = ({ message }: Operation): string | undefined =>
  message.method === 'tools/call' ? message.name : undefined;
