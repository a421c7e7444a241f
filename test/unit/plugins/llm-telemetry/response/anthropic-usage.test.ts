import { ERROR, IN, itReports, message, OUT, REASONS, TOTAL } from './reported';

const start = (usage?: object) => ({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'c-1', content: [], ...(usage && { usage }) },
});
const text = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
const said = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  text('Hi there'),
  { type: 'content_block_stop', index: 0 },
];
const end = (usage?: object, stop_reason: string | null = 'end_turn') => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  ...(usage && { usage }),
});
const stop = { type: 'message_stop' };

describe('the tokens of an Anthropic stream', () => {
  const of = (first: object | undefined, ...rest: object[]) => message(start(first), ...said, ...rest);
  const tokens = (input: number | null, output: number | null) => ({
    [IN]: input,
    [OUT]: output,
    [TOTAL]: input === null || output === null ? null : input + output,
    [ERROR]: null,
  });

  itReports([
    [
      'come from the start if the end omits the input',
      of({ input_tokens: 25, output_tokens: 1 }, end({ output_tokens: 15 }), stop),
      tokens(25, 15),
    ],
    [
      'are not added if the end repeats the input',
      of({ input_tokens: 25, output_tokens: 1 }, end({ input_tokens: 25, output_tokens: 15 }), stop),
      tokens(25, 15),
    ],
    [
      'are not replaced by a 0 at the end',
      of({ input_tokens: 15, output_tokens: 0 }, end({ input_tokens: 0, output_tokens: 9 }), stop),
      tokens(15, 9),
    ],
    [
      'come from the end if the start has zeroes',
      of({ input_tokens: 0, output_tokens: 0 }, end({ input_tokens: 31, output_tokens: 7 }), stop),
      tokens(31, 7),
    ],
    [
      'come from the end if the start has none',
      of(undefined, end({ input_tokens: 31, output_tokens: 7 }), stop),
      tokens(31, 7),
    ],
    [
      'are the largest ones if several end events count up',
      of(
        { input_tokens: 10, output_tokens: 2 },
        end({ output_tokens: 40 }, null),
        end({ input_tokens: 2679, output_tokens: 510 }),
        stop,
      ),
      tokens(2679, 510),
    ],
    [
      'are the larger ones if a later event reports fewer',
      of({ input_tokens: 25, output_tokens: 1 }, end({ output_tokens: 15 }), end({ output_tokens: 0 }), stop),
      tokens(25, 15),
    ],
    [
      'include cache reads and cache writes that the start reports',
      of(
        { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 1 },
        end({ output_tokens: 15 }),
        stop,
      ),
      tokens(115, 15),
    ],
    [
      'count the cache once if both events report it',
      of(
        { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 1 },
        end({ input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 15 }),
        stop,
      ),
      tokens(115, 15),
    ],
    [
      'count the cache if the end repeats the input without the cache, or reports zero for it',
      of(
        { input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 1 },
        end({ input_tokens: 10, cache_read_input_tokens: 0, output_tokens: 15 }),
        stop,
      ),
      tokens(110, 15),
    ],
    [
      'count the cache if only the end reports it',
      of({ input_tokens: 10, output_tokens: 1 }, end({ cache_read_input_tokens: 100, output_tokens: 15 }), stop),
      tokens(110, 15),
    ],
    [
      'do not count the cache twice if the start has the sum',
      of(
        { input_tokens: 110, output_tokens: 1 },
        end({ input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 15 }),
        stop,
      ),
      tokens(110, 15),
    ],
    [
      'are known if the whole input was read from the cache',
      of({ input_tokens: 0, cache_read_input_tokens: 2000, output_tokens: 1 }, end({ output_tokens: 15 }), stop),
      tokens(2000, 15),
    ],
    [
      'have no output if the end reports none, since counting starts in the start',
      of({ input_tokens: 25, output_tokens: 1 }, end(), stop),
      tokens(25, null),
    ],
    [
      'are absent instead of false zeroes',
      of({ input_tokens: 0, output_tokens: 0 }, end({ output_tokens: 0 }), stop),
      tokens(null, null),
    ],
    [
      'are the exact ones of the end if a translating server estimates at the start',
      of({ input_tokens: 40, output_tokens: 0 }, end({ input_tokens: 6, output_tokens: 9 }), stop),
      tokens(6, 9),
    ],
    [
      'may be in the metrics that Bedrock adds to the end',
      of(undefined, end(), {
        ...stop,
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 12, outputTokenCount: 34, invocationLatency: 5 },
      }),
      tokens(12, 34),
    ],
    [
      'are not replaced by null, strings, fractions or negative numbers',
      of(
        { input_tokens: 25, cache_read_input_tokens: null, output_tokens: 1 },
        end({ input_tokens: -1, cache_read_input_tokens: '9', output_tokens: 15, cache_creation_input_tokens: 1.5 }),
        stop,
      ),
      tokens(25, 15),
    ],
  ]);
});

describe('the end of an Anthropic stream', () => {
  const first = start({ input_tokens: 25, output_tokens: 1 });

  itReports([
    [
      'is the stop reason if `message_stop` is missing',
      message(first, ...said, end({ output_tokens: 15 })),
      { [ERROR]: null, [REASONS]: ['end_turn'], [OUT]: 15 },
    ],
    [
      'is an error if it is missing, while the input is still known',
      message(first, ...said),
      { [ERROR]: 'stream_truncated', [IN]: 25, [OUT]: null, [REASONS]: ['error'] },
    ],
    [
      'reports a repeated stop reason once',
      message(first, ...said, end({ output_tokens: 15 }), end({ output_tokens: 15 }), stop),
      { [REASONS]: ['end_turn'], [OUT]: 15 },
    ],
    [
      'can be an error in the middle of the stream',
      message(first, ...said, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      { [ERROR]: 'stream_error', error: 'Overloaded', [IN]: 25 },
    ],
  ]);
});

describe('an Anthropic message that is not streamed', () => {
  const whole = (usage: object) => ({
    path: '/v1/messages',
    contentType: 'application/json',
    response: { id: 'i', type: 'message', content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn', usage },
  });

  itReports([
    [
      'counts the cache as input',
      whole({ input_tokens: 3, cache_read_input_tokens: 9, output_tokens: 4 }),
      { [IN]: 12, [OUT]: 4 },
    ],
    [
      'is read although a stream was requested',
      { ...whole({ input_tokens: 3, output_tokens: 4 }), contentType: 'text/event-stream' },
      { [IN]: 3, [OUT]: 4, [ERROR]: null, [REASONS]: ['end_turn'] },
    ],
    ['has no false zeroes', whole({ input_tokens: 0, output_tokens: 0 }), { [IN]: null, [OUT]: null }],
  ]);
});
