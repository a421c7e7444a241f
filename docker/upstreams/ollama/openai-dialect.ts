import { collected, type Dialect } from './dialects';
import type { Metrics } from './perform';
import type { Part, Reply } from './reply';

/** Records as `/v1/chat/completions` sends them, as server-sent events if streamed. */
export function openaiDialect(model: string, id: string, includeUsage: boolean): Dialect {
  const made = Math.floor(Date.now() / 1_000);
  const record = (object: string, rest: object): object => ({
    id,
    object,
    created: made,
    model,
    system_fingerprint: 'fp_ollama',
    ...rest,
  });
  const chunk = (delta: object, finish: string | null): object =>
    record('chat.completion.chunk', {
      choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: finish }],
    });
  let calledTools = false;
  return {
    contentType: 'text/event-stream',
    frame: (value) => `data: ${JSON.stringify(value)}\n\n`,
    end: 'data: [DONE]\n\n',
    chunk: (part) => {
      calledTools ||= part.kind === 'tool_calls';
      return [chunk(messageOf([part]), null)];
    },
    final: (reason, metrics) => [
      chunk({ content: '' }, calledTools ? 'tool_calls' : reason),
      ...(includeUsage ? [record('chat.completion.chunk', { choices: [], usage: usageOf(metrics) })] : []),
    ],
    whole: (parts, reason, metrics) =>
      record('chat.completion', {
        choices: [
          { index: 0, message: { role: 'assistant', ...messageOf(parts) }, finish_reason: finishOf(parts, reason) },
        ],
        usage: usageOf(metrics),
      }),
    failure: openaiError,
  };
}

/** An error in OpenAI's format, with the type that Ollama uses for all errors. */
export const openaiError = (message: string): object => ({
  error: { message, type: 'api_error', param: null, code: null },
});

const finishOf = (parts: readonly Part[], reason: Reply['doneReason']): string =>
  parts.some(({ kind }) => kind === 'tool_calls') ? 'tool_calls' : reason;

function messageOf(parts: readonly Part[]): object {
  const { content, thinking, tool_calls: calls } = collected(parts);
  return {
    content,
    ...(thinking !== undefined && { reasoning: thinking }),
    ...(calls && {
      tool_calls: calls.map(({ id, function: { index, name, arguments: args } }) => ({
        id,
        index,
        type: 'function',
        // Unlike in Ollama's own API, arguments are text.
        function: { name, arguments: JSON.stringify(args) },
      })),
    }),
  };
}

function usageOf({ prompt_eval_count: prompt = 0, eval_count: completion = 0 }: Partial<Metrics>): object {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
