import { sse } from '../../../../support/exchange';
import { messages, spanOfExchange, type Exchange } from '../run-llm-telemetry';

/** What a span must report for a response: attributes, `null` for one that must be absent, `error` for its status. */
export type Expected = Readonly<Record<string, unknown>>;

/** A name that describes the case, an exchange, and what its span says. */
export type Row = readonly [name: string, exchange: Exchange, expected: Expected];

export const IN = 'gen_ai.usage.input_tokens';
export const OUT = 'gen_ai.usage.output_tokens';
export const TOTAL = 'llm.token_count.total';
export const REASONS = 'gen_ai.response.finish_reasons';
export const ERROR = 'error.type';
export const LENGTH = 'llm.response_length';
export const CALLS = 'llm.tool_calls_count';
export const NAMES = 'llm.called_tools';

/** A streamed chat of OpenAI's kind. */
export const chat = (...records: (object | string)[]): Exchange => ({
  path: '/v1/chat/completions',
  contentType: 'text/event-stream',
  request: { model: 'm', stream: true, messages },
  response: sse(...records),
});

/** A chat of OpenAI's kind that is not streamed. */
export const wholeChat = (response: object): Exchange => ({
  path: '/v1/chat/completions',
  contentType: 'application/json',
  request: { model: 'm', messages },
  response,
});

/** A streamed message of Anthropic's kind. */
export const message = (...records: object[]): Exchange => ({
  path: '/v1/messages',
  contentType: 'text/event-stream',
  request: { model: 'c', stream: true, max_tokens: 9, messages },
  response: sse(...records),
});

/** One record of a chat: a piece of its only choice. */
export const piece = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});

export const usage = (prompt_tokens: number, completion_tokens: number, total_tokens?: number) => ({
  prompt_tokens,
  completion_tokens,
  ...(total_tokens !== undefined && { total_tokens }),
});

/** Every row's span says what it has to. */
export function itReports(rows: readonly Row[]): void {
  it.each(rows)('%s', async (_name, exchange, expected) => {
    const { attributes, error = null } = await spanOfExchange(exchange);
    const seen = Object.fromEntries(
      Object.keys(expected).map((key) => [key, key === 'error' ? error : (attributes[key] ?? null)]),
    );
    expect(seen).toEqual(expected);
  });
}
