import type { Denial } from '../shared/denial';
import type { LogEntry } from '../shared/log-entry';
import type { Answer } from './answers';
import type { ClientMessage } from './messages';
import type { Verdict } from './status';

/** One message of a client and what became of it: the same facts feed the span and the metrics. */
export interface Operation {
  readonly entry: LogEntry;
  readonly message: ClientMessage;
  readonly answer: Answer | undefined;
  readonly denial: Denial | undefined;
  readonly verdict: Verdict;
  /** The revision that the exchange speaks, where it is told. */
  readonly revision: string | undefined;
  readonly sessionId: string | undefined;
  /** Milliseconds since the epoch; of the whole exchange, which the messages of a batch share. */
  readonly startMs: number;
  readonly endMs: number;
}

/** The tool that a `tools/call` names. */
export const toolOf = ({ message }: Operation): string | undefined =>
  message.method === 'tools/call' ? message.name : undefined;
