import { collected, type Dialect } from './dialects';
import { openaiError } from './openai-dialect';
import type { Metrics } from './perform';
import type { Part } from './reply';

/** An event with a `type`, as both newer APIs send it. */
export const frameOfType = (record: object): string => {
  const { type } = record as { type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(record)}\n\n`;
};

/** Records as `/v1/responses` sends them: items of one response. Thinking is not shown. */
export function responsesDialect(model: string, id: string): Dialect {
  const createdAt = Math.floor(Date.now() / 1_000);
  const response = (status: string, output: readonly object[], rest: object = {}): object => ({
    id: `resp_${id}`,
    object: 'response',
    created_at: createdAt,
    model,
    status,
    output,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    ...rest,
  });
  const parts: Part[] = [];
  let sequence = 0;
  const numbered = (records: readonly object[]): object[] =>
    records.map((record) => ({ ...record, sequence_number: sequence++ }));
  const started = (): object[] =>
    sequence > 0 ? [] : [{ type: 'response.created', response: response('in_progress', []) }];
  return {
    contentType: 'text/event-stream',
    frame: frameOfType,
    end: '',
    chunk: (part) => {
      const start = started();
      const isFirstText = part.kind === 'content' && !parts.some(({ kind }) => kind === 'content');
      parts.push(part);
      if (part.kind === 'thinking') return numbered(start);
      if (part.kind === 'tool_calls') return numbered(start);
      const place = { item_id: messageId(id), output_index: 0, content_index: 0 };
      const item = { ...messageItem(id, ''), status: 'in_progress', content: [] };
      return numbered([
        ...start,
        ...(isFirstText
          ? [
              { type: 'response.output_item.added', output_index: 0, item },
              { type: 'response.content_part.added', ...place, part: textPart('') },
            ]
          : []),
        { type: 'response.output_text.delta', ...place, delta: part.text, logprobs: [] },
      ]);
    },
    final: (reason, metrics) => {
      const items = itemsOf(id, parts);
      const status = reason === 'length' ? 'incomplete' : 'completed';
      const ends = items.flatMap((item, index) => endOf(item, index));
      const whole = response(status, items, { usage: usageOf(metrics) });
      return numbered([...started(), ...ends, { type: `response.${status}`, response: whole }]);
    },
    whole: (all, reason, metrics) =>
      response(reason === 'length' ? 'incomplete' : 'completed', itemsOf(id, all), { usage: usageOf(metrics) }),
    failure: (message) => ({ type: 'error', code: 'server_error', message, ...openaiError(message) }),
  };
}

const messageId = (id: string): string => `msg_${id}`;
const textPart = (text: string): object => ({ type: 'output_text', text, annotations: [], logprobs: [] });

interface Item {
  readonly type: string;
  readonly id: string;
}

const messageItem = (id: string, text: string): Item & { content: object[] } => ({
  id: messageId(id),
  type: 'message',
  ...{ role: 'assistant', status: 'completed' },
  content: [textPart(text)],
});

function itemsOf(id: string, parts: readonly Part[]): Item[] {
  const { content, tool_calls: calls = [] } = collected(parts);
  const items: Item[] = content === '' ? [] : [messageItem(id, content)];
  for (const { id: callId, function: called } of calls) {
    const rest = {
      call_id: callId,
      name: called.name,
      arguments: JSON.stringify(called.arguments),
      status: 'completed',
    };
    items.push({ id: `fc_${callId}`, type: 'function_call', ...rest });
  }
  return items;
}

function endOf(item: Item, index: number): object[] {
  const place = { item_id: item.id, output_index: index };
  const done = { type: 'response.output_item.done', output_index: index, item };
  if ('content' in item) {
    const [part] = item.content as { text?: string }[];
    return [
      { type: 'response.output_text.done', ...place, content_index: 0, text: part?.text ?? '', logprobs: [] },
      { type: 'response.content_part.done', ...place, content_index: 0, part },
      done,
    ];
  }
  const { arguments: args } = item as Item & { arguments?: string };
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, arguments: '', status: 'in_progress' },
    },
    { type: 'response.function_call_arguments.delta', ...place, delta: args },
    { type: 'response.function_call_arguments.done', ...place, arguments: args },
    done,
  ];
}

function usageOf({ prompt_eval_count: input = 0, eval_count: output = 0 }: Partial<Metrics>): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}
