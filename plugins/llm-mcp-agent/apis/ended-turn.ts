import type { ToolCall, Turn } from './dialogue';
import { totalOf } from './usage-sum';

/** What a model's stream contained in one turn. */
export interface StreamedTurn {
  /** All calls, also those of the client's own tools. */
  readonly calls: readonly ToolCall[];
  readonly clientTools: ReadonlySet<string>;
  /** Calls besides these that only the client can carry out. */
  readonly otherClientCalls?: number;
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly error: string | undefined;
  /** The stream had the record that ends it. */
  readonly isComplete: boolean;
}

/** The turn that a stream contained: its calls by who carries them out, its tokens, and why it cannot be used. */
export function endedTurn(streamed: StreamedTurn): Turn {
  const { calls, clientTools, otherClientCalls = 0, input, output, error, isComplete } = streamed;
  const gateway = calls.filter(({ name }) => !clientTools.has(name));
  const problem = error ?? (isComplete ? undefined : 'the stream of the model broke off');
  return {
    calls: gateway,
    clientCalls: calls.length - gateway.length + otherClientCalls,
    tokens: totalOf(input, output),
    ...(problem !== undefined && { error: problem }),
  };
}
