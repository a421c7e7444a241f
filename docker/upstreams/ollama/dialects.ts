import type { Metrics } from './perform';
import type { Part, Reply } from './reply';
import type { ToolCall } from './tool-calls';

/** How an endpoint formats the records of an answer. */
export interface Dialect {
  /** The media type of a stream. */
  readonly contentType: string;
  /** Text after the last record of a stream. */
  readonly end: string;
  /** A record as text in a stream. */
  frame(record: object): string;
  /** The records of a stream for a part, before the last ones. */
  chunk(part: Part): readonly object[];
  /** The last records of a stream. */
  final(doneReason: string, metrics: Partial<Metrics>): readonly object[];
  /** A whole answer in one record. */
  whole(parts: readonly Part[], doneReason: Reply['doneReason'], metrics: Metrics): object;
  /** A record with an error message. */
  failure(message: string): object;
}

/** Lines of JSON, as in Ollama's own endpoints. */
const lines: Pick<Dialect, 'contentType' | 'frame' | 'end' | 'failure'> = {
  contentType: 'application/x-ndjson',
  frame: (record) => `${JSON.stringify(record)}\n`,
  end: '',
  failure: (error) => ({ error }),
};

/** Records as `/api/chat` sends them: the text is in `message`. */
export function chatDialect(model: string): Dialect {
  const record = (message: object, rest: object): object => ({
    model,
    created_at: new Date().toISOString(),
    message: { role: 'assistant', ...message },
    ...rest,
  });
  return {
    ...lines,
    chunk: (part) => [record(collected([part]), { done: false })],
    final: (reason, metrics) => [record({ content: '' }, { done: true, done_reason: reason, ...metrics })],
    whole: (parts, reason, metrics) => record(collected(parts), { done: true, done_reason: reason, ...metrics }),
  };
}

/** Records as `/api/generate` sends them: the text is in `response`; the last one carries `context`. */
export function generateDialect(model: string, contextOf: (response: string) => number[]): Dialect {
  const record = ({ content, ...others }: Collected, rest: object): object => ({
    model,
    created_at: new Date().toISOString(),
    response: content,
    ...others,
    ...rest,
  });
  let streamed = '';
  return {
    ...lines,
    chunk: (part) => {
      const { content, ...others } = collected([part]);
      streamed += content;
      return [record({ content, ...others }, { done: false })];
    },
    final: (reason, metrics) => [
      record({ content: '' }, { done: true, done_reason: reason, context: contextOf(streamed), ...metrics }),
    ],
    whole: (parts, reason, metrics) => {
      const all = collected(parts);
      return record(all, { done: true, done_reason: reason, context: contextOf(all.content), ...metrics });
    },
  };
}

/** The parts of an answer as the members of one message. */
export interface Collected {
  content: string;
  thinking?: string;
  tool_calls?: ToolCall[];
}

/** Combines parts into one message. */
export function collected(parts: readonly Part[]): Collected {
  const text = (kind: 'content' | 'thinking'): string =>
    parts.map((part) => (part.kind === kind ? part.text : '')).join('');
  const thinking = text('thinking');
  const calls = parts.flatMap((part) => (part.kind === 'tool_calls' ? part.calls : []));
  return {
    content: text('content'),
    ...(thinking !== '' && { thinking }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}
