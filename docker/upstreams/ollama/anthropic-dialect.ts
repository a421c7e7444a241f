import { collected, type Dialect } from './dialects';
import type { Metrics } from './perform';
import type { Part } from './reply';
import { frameOfType } from './responses-dialect';

/** Records as `/v1/messages` sends them: content blocks of one message. Thinking is not shown. */
export function anthropicDialect(model: string, id: string, inputTokens: number): Dialect {
  const message = (content: readonly object[], reason: string | null, usage: object): object => ({
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: reason,
    stop_sequence: null,
    usage,
  });
  let isStarted = false;
  let blocks = 0;
  let hasText = false;
  let hasCalls = false;
  const start = (): object[] => {
    if (isStarted) return [];
    isStarted = true;
    const usage = { input_tokens: inputTokens, output_tokens: 1 };
    return [{ type: 'message_start', message: message([], null, usage) }];
  };
  const endText = (): object[] => {
    if (!hasText) return [];
    hasText = false;
    return [{ type: 'content_block_stop', index: blocks - 1 }];
  };
  return {
    contentType: 'text/event-stream',
    frame: frameOfType,
    end: '',
    chunk: (part) => {
      const events = start();
      if (part.kind === 'content') {
        if (!hasText) {
          events.push({ type: 'content_block_start', index: blocks, content_block: { type: 'text', text: '' } });
          blocks += 1;
          hasText = true;
        }
        events.push({ type: 'content_block_delta', index: blocks - 1, delta: { type: 'text_delta', text: part.text } });
      } else if (part.kind === 'tool_calls') {
        hasCalls = true;
        events.push(...endText());
        for (const call of toolUses([part])) {
          const index = blocks++;
          events.push(
            { type: 'content_block_start', index, content_block: { ...call, input: {} } },
            {
              type: 'content_block_delta',
              index,
              delta: { type: 'input_json_delta', partial_json: JSON.stringify(call.input) },
            },
            { type: 'content_block_stop', index },
          );
        }
      }
      return events;
    },
    final: (reason, metrics) => [
      ...start(),
      ...endText(),
      {
        type: 'message_delta',
        delta: { stop_reason: reasonOf(reason, hasCalls), stop_sequence: null },
        usage: { output_tokens: metrics.eval_count ?? 0 },
      },
      { type: 'message_stop' },
    ],
    whole: (parts, reason, metrics) => {
      const { content } = collected(parts);
      const calls = toolUses(parts);
      const all = [...(content === '' ? [] : [{ type: 'text', text: content }]), ...calls];
      return message(all, reasonOf(reason, calls.length > 0), usageOf(metrics));
    },
    failure: anthropicError,
  };
}

/** An error in Anthropic's format. */
export const anthropicError = (message: string): object => ({ type: 'error', error: { type: 'api_error', message } });

const toolUses = (parts: readonly Part[]) =>
  (collected(parts).tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => ({
    type: 'tool_use' as const,
    id: id.replace(/^call_/, 'toolu_'),
    name,
    input,
  }));

function reasonOf(reason: string, hasCalls: boolean): string {
  if (hasCalls) return 'tool_use';
  return reason === 'length' ? 'max_tokens' : 'end_turn';
}

const usageOf = ({ prompt_eval_count: input = 0, eval_count: output = 0 }: Partial<Metrics>): object => ({
  input_tokens: input,
  output_tokens: output,
});
