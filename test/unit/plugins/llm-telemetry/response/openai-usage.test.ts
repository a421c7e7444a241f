import { ndjson, sse } from '../../../../support/exchange';
import { spanOfExchange } from '../run-llm-telemetry';
import { chat, ERROR, IN, itReports, OUT, piece, REASONS, TOTAL, usage, wholeChat, type Row } from './reported';

const hi = piece({ role: 'assistant', content: 'Hi' });
const end = (more: object = {}) => piece({}, 'stop', more);
const counts = { [IN]: 23, [OUT]: 19, [TOTAL]: 42 };

describe('the usage of a streamed chat', () => {
  itReports([
    [
      'is in a last record without choices',
      chat(hi, end(), { choices: [], usage: usage(23, 19, 42) }, '[DONE]'),
      counts,
    ],
    ['is beside the last choice', chat(hi, end({ usage: usage(23, 19, 42) }), '[DONE]'), counts],
    [
      'is null before it is there',
      chat({ ...hi, usage: null }, end({ usage: null }), { choices: [], usage: usage(23, 19, 42) }, '[DONE]'),
      counts,
    ],
    [
      'is in every record, what it is so far',
      chat(
        piece({ content: '' }, null, { usage: usage(23, 0, 23) }),
        piece({ content: 'H' }, null, { usage: usage(23, 1, 24) }),
        piece({ content: 'i' }, null, { usage: usage(23, 2, 25) }),
        end({ usage: usage(23, 19, 42) }),
        '[DONE]',
      ),
      counts,
    ],
    [
      'is reported twice and counts once',
      chat(hi, end({ usage: usage(23, 19, 42) }), { choices: [], usage: usage(23, 19, 42) }, '[DONE]'),
      counts,
    ],
    [
      'has a total below its input, which once was reported as it is',
      chat(hi, end(), { choices: [], usage: { prompt_tokens: 23, total_tokens: 1 } }, '[DONE]'),
      { [IN]: 23, [OUT]: null, [TOTAL]: 23 },
    ],
    [
      'is not replaced by zeroes',
      chat(hi, end({ usage: usage(23, 19, 42) }), { choices: [], usage: usage(0, 0, 0) }, '[DONE]'),
      counts,
    ],
    [
      'is reported in two parts',
      chat(
        piece({ content: 'Hi' }, null, { usage: { prompt_tokens: 23 } }),
        end({ usage: { completion_tokens: 19 } }),
        '[DONE]',
      ),
      counts,
    ],
    [
      'is absent instead of false zeroes',
      chat(hi, end(), { choices: [], usage: usage(0, 0, 0) }, '[DONE]'),
      { [IN]: null, [OUT]: null, [TOTAL]: null },
    ],
    [
      'has no output count instead of a false zero',
      chat(hi, end(), { choices: [], usage: usage(23, 0, 23) }, '[DONE]'),
      { [IN]: 23, [OUT]: null },
    ],
    [
      'has a zero of output if it is true',
      chat(end(), { choices: [], usage: usage(23, 0, 23) }, '[DONE]'),
      { [IN]: 23, [OUT]: 0 },
    ],
    [
      'is not replaced by an invalid record',
      chat(hi, end({ usage: usage(23, 19, 42) }), { object: 'telemetry', cost: 1 }, '[DONE]'),
      counts,
    ],
  ]);
});

describe('usage in a provider-specific member is read:', () => {
  const own: readonly [provider: string, member: object][] = [
    ['Groq', { x_groq: { id: 'req_1', usage: { queue_time: 0.07, ...usage(23, 19, 42), total_time: 0.028 } } }],
    ['another x_ member', { x_provider: { usage: usage(23, 19, 42) } }],
    [
      'within the choice (Moonshot)',
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: usage(23, 19, 42) }] },
    ],
    ['message', { message: { usage: { input_tokens: 23, output_tokens: 19 } } }],
    ['response', { response: { usage: { input_tokens: 23, output_tokens: 19, total_tokens: 42 } } }],
    ['meta', { meta: { usage: usage(23, 19, 42) } }],
    ['meta.tokens (Cohere)', { meta: { tokens: { input_tokens: 23, output_tokens: 19 } } }],
    ['meta.billed_units (Cohere)', { meta: { billed_units: { input_tokens: 23, output_tokens: 19 } } }],
    ['metadata', { metadata: { usage: usage(23, 19, 42) } }],
    [
      'Bedrock',
      { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 23, outputTokenCount: 19, firstByteLatency: 9 } },
    ],
    ['Gemini’s own', { usageMetadata: { promptTokenCount: 23, candidatesTokenCount: 19, totalTokenCount: 42 } }],
    [
      'llama.cpp, with a part of the prompt in its cache',
      { timings: { cache_n: 20, prompt_n: 3, prompt_ms: 9.1, predicted_n: 19, predicted_ms: 80 } },
    ],
    [
      'LM Studio',
      { stats: { tokens_per_second: 51.4, time_to_first_token: 0.1, input_tokens: 23, total_output_tokens: 19 } },
    ],
    [
      'DeepSeek, whose cache is a part of the prompt',
      { usage: { prompt_cache_hit_tokens: 20, prompt_cache_miss_tokens: 3, ...usage(23, 19, 42) } },
    ],
    [
      'DeepSeek, without the sum',
      { usage: { prompt_cache_hit_tokens: 20, prompt_cache_miss_tokens: 3, completion_tokens: 19 } },
    ],
    ['a null beside it', { usage: null, x_groq: { usage: usage(23, 19, 42) } }],
    ['zeroes beside it', { usage: usage(0, 0, 0), x_groq: { usage: usage(23, 19, 42) } }],
    ['member names of the other API', { usage: { input_tokens: 23, output_tokens: 19 } }],
    [
      'more members of usage',
      { usage: { ...usage(23, 19, 42), cost: 0.1, is_byok: false, prompt_tokens_details: { cached_tokens: 20 } } },
    ],
  ];

  itReports(
    own.map(([name, member]): Row => [`${name}, streamed`, chat(hi, end(), { ...end(), ...member }, '[DONE]'), counts]),
  );
  itReports(
    own.map(([name, member]): Row => {
      const choices = [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }];
      const document = { id: 'x', model: 'm', choices, ...member };
      return [`${name}, not streamed`, wholeChat(document), counts];
    }),
  );
  itReports([
    [
      'the official member before any other',
      wholeChat({
        choices: [{ message: { content: 'Hi' } }],
        usage: usage(23, 19, 42),
        x_groq: { usage: usage(1, 1, 2) },
      }),
      counts,
    ],
  ]);
});

describe('reasoning outside of completion_tokens', () => {
  const all = (input: number, output: number, total: number) => ({ [IN]: input, [OUT]: output, [TOTAL]: total });
  const whole = (usage: object) =>
    wholeChat({ choices: [{ message: { content: '36' }, finish_reason: 'stop' }], usage });

  itReports([
    ['is output if the total is larger than the sum', whole(usage(9, 2, 111)), all(9, 102, 111)],
    ['is output in a stream', chat(hi, end({ usage: usage(9, 2, 111) }), '[DONE]'), all(9, 102, 111)],
    [
      'is output if it is reported separately',
      whole({ ...usage(32, 9, 135), completion_tokens_details: { reasoning_tokens: 94 } }),
      all(32, 103, 135),
    ],
    ['is output if there is no other output', whole({ prompt_tokens: 9, total_tokens: 111 }), all(9, 102, 111)],
    [
      'is output if there is no total and it is larger than completion',
      whole({ ...usage(32, 9), completion_tokens_details: { reasoning_tokens: 94 } }),
      all(32, 103, 135),
    ],
    [
      'is not counted twice if it is a part of completion',
      whole({ ...usage(32, 103, 135), completion_tokens_details: { reasoning_tokens: 94 } }),
      all(32, 103, 135),
    ],
    [
      'is the newest count in a stream that counts up',
      chat(piece({ content: '3' }, null, { usage: usage(9, 1, 50) }), end({ usage: usage(9, 2, 111) }), '[DONE]'),
      all(9, 102, 111),
    ],
    ['is zero if the total is less than the sum', whole(usage(9, 2, 3)), all(9, 2, 11)],
    ['is zero if the total is 0', whole(usage(9, 2, 0)), all(9, 2, 11)],
    ['keeps a total without other counts', whole({ total_tokens: 42 }), { [IN]: null, [OUT]: null, [TOTAL]: 42 }],
  ]);
});

describe('invalid counts', () => {
  const whole = (usage: unknown) => wholeChat({ choices: [{ message: { content: 'Hi' } }], usage });
  const none = { [IN]: null, [OUT]: null, [TOTAL]: null };

  itReports([
    ['are strings', whole({ prompt_tokens: '9', completion_tokens: '2' }), none],
    ['are negative', whole(usage(-1, -1, -2)), none],
    ['are fractions', whole(usage(1.5, 2.5, 4)), { ...none, [TOTAL]: 4 }],
    ['are larger than any real call', whole(usage(1e300, 2e15, 1e18)), none],
    ['are lists', whole([usage(1, 2, 3)]), none],
    ['are null', whole({ prompt_tokens: null, completion_tokens: null, total_tokens: null }), none],
  ]);
});

describe('the end of a streamed chat', () => {
  itReports([
    [
      'is complete without [DONE], with a reason and usage',
      chat(hi, end(), { choices: [], usage: usage(9, 2, 11) }),
      { [ERROR]: null, [REASONS]: ['stop'], [IN]: 9 },
    ],
    ['is complete without [DONE], with only a reason', chat(hi, end()), { [ERROR]: null, [REASONS]: ['stop'] }],
    ['is complete with only [DONE]', chat(hi, '[DONE]'), { [ERROR]: null }],
    ['is missing without both', chat(hi), { [ERROR]: 'stream_truncated', [REASONS]: ['error'] }],
    [
      'is missing if a choice has no reason',
      chat({
        choices: [
          { index: 0, delta: { content: 'a' }, finish_reason: 'stop' },
          { index: 1, delta: { content: 'b' }, finish_reason: null },
        ],
      }),
      { [ERROR]: 'stream_truncated' },
    ],
    [
      'is missing if the reason is an empty string',
      chat(piece({ content: 'Hi' }, '')),
      { [ERROR]: 'stream_truncated' },
    ],
  ]);
});

describe('the reasons of a streamed chat', () => {
  const choice = (index: number | undefined, finish_reason: string | null, content = 'a') => ({
    choices: [{ ...(index !== undefined && { index }), delta: { content }, finish_reason }],
  });

  itReports([
    [
      'are reported once if the record with the usage repeats them',
      chat(hi, end(), end({ usage: usage(9, 2, 11) }), '[DONE]'),
      { [REASONS]: ['stop'], [IN]: 9 },
    ],
    [
      'are reported once if every record has one',
      chat(piece({ content: 'a' }, 'stop'), piece({ content: 'b' }, 'stop'), '[DONE]'),
      { [REASONS]: ['stop'] },
    ],
    [
      'are one for each choice',
      chat(choice(1, null), choice(0, null), choice(1, 'length'), choice(0, 'stop'), choice(1, 'length'), '[DONE]'),
      { [REASONS]: ['stop', 'length'] },
    ],
    [
      'are one if the choice has no index',
      chat(choice(undefined, null), choice(undefined, 'stop'), choice(undefined, 'stop'), '[DONE]'),
      { [REASONS]: ['stop'] },
    ],
    [
      'are the later ones',
      chat(choice(0, 'stop'), choice(0, 'tool_calls', ''), '[DONE]'),
      { [REASONS]: ['tool_calls'] },
    ],
    [
      'are one for each choice of a document, whatever its indexes',
      wholeChat({
        choices: [
          { index: 0, message: {}, finish_reason: 'stop' },
          { index: 0, message: {}, finish_reason: 'stop' },
        ],
      }),
      { [REASONS]: ['stop', 'stop'] },
    ],
  ]);

  it('are bounded whatever is sent', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => choice(index, 'x'.repeat(500)));
    const reasons = (await spanOfExchange({ ...chat(...many, '[DONE]'), bound: 4_000_000 })).attributes[
      REASONS
    ] as string[];
    expect(reasons).toHaveLength(16);
    expect(reasons[0]).toHaveLength(64);
  });
});

describe('embeddings', () => {
  const embeddings = (usage: object) => ({
    path: '/v1/embeddings',
    contentType: 'application/json',
    response: { model: 'e', data: [], usage },
  });
  itReports([
    ['count the input tokens', embeddings({ prompt_tokens: 8, total_tokens: 8 }), { [IN]: 8, [TOTAL]: 8 }],
    ['count the total if nothing else is reported', embeddings({ total_tokens: 8 }), { [IN]: 8, [TOTAL]: 8 }],
    [
      'count nothing if the usage is 0',
      embeddings({ prompt_tokens: 0, total_tokens: 0 }),
      { [IN]: null, [TOTAL]: null },
    ],
  ]);
});

describe('the tokens of a server that is compatible with Ollama', () => {
  const chatOf = (...records: object[]) => ({
    path: '/api/chat',
    response: ndjson({ message: { content: 'Hi' }, done: false }, ...records),
  });
  itReports([
    [
      'are absent instead of false zeroes',
      chatOf({ done: true, prompt_eval_count: 0, eval_count: 0 }),
      { [IN]: null, [OUT]: null, [ERROR]: null },
    ],
    ['can have the names of OpenAI', chatOf({ done: true, usage: usage(9, 3, 12) }), { [IN]: 9, [OUT]: 3 }],
    [
      'are not replaced by a second last record',
      chatOf(
        { done: true, done_reason: 'stop', prompt_eval_count: 9, eval_count: 3 },
        { done: true, done_reason: 'stop', prompt_eval_count: 0, eval_count: 0 },
      ),
      { [IN]: 9, [OUT]: 3, [REASONS]: ['stop'] },
    ],
    [
      'can be sent in events',
      {
        path: '/api/chat',
        contentType: 'text/event-stream',
        response: sse({ message: { content: 'Hi' } }, { done: true, prompt_eval_count: 9, eval_count: 3 }, '[DONE]'),
      },
      { [IN]: 9, [OUT]: 3, [ERROR]: null },
    ],
  ]);
});

describe('usage in the formats of single providers', () => {
  const at = (more: object) => chat(hi, end(more), '[DONE]');
  const beside = { prompt_tokens: 10, completion_tokens: 5, cache_read_input_tokens: 100 };
  itReports([
    ['is in a member with a provider-specific name', at({ x_usage: usage(23, 19, 42) }), counts],
    ['is in a member with a prefixed name', at({ token_usage: usage(23, 19, 42) }), counts],
    ['is in a piece of a choice', chat(hi, piece({ usage: usage(23, 19, 42) }, 'stop'), '[DONE]'), counts],
    [
      'counts the cache only in the total, as input and not as reasoning',
      wholeChat({ choices: [], usage: { ...beside, total_tokens: 115 } }),
      { [IN]: 110, [OUT]: 5, [TOTAL]: 115 },
    ],
    [
      'counts cache writes only in the total',
      wholeChat({ choices: [], usage: { ...beside, cache_creation_input_tokens: 20, total_tokens: 135 } }),
      { [IN]: 130, [OUT]: 5, [TOTAL]: 135 },
    ],
    [
      'counts the cache within the prompt',
      wholeChat({ choices: [], usage: { ...beside, prompt_tokens: 110, total_tokens: 115 } }),
      { [IN]: 110, [OUT]: 5, [TOTAL]: 115 },
    ],
  ]);
});
