import fc from 'fast-check';
import { apiAt } from '../../../../../plugins/llm-telemetry/request/apis';
import { sniffFraming } from '../../../../../plugins/llm-telemetry/response/framing';
import { readCapturedResponse } from '../../../../../plugins/llm-telemetry/response/read-captured-response';
import { captureFromShared } from '../../../../../plugins/shared/captured-body/capture';
import { readErrorBody } from '../../../../../plugins/shared/llm/error-body';
import { logEntryOf } from '../../../../../plugins/shared/telemetry/log-entry';
import { logRecord, ndjson, sharedCapture, sse } from '../../../../support/exchange';
import { TestedPlugin } from '../run-llm-telemetry';

const PATHS = [
  '/api/chat',
  '/api/generate',
  '/api/embed',
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/messages',
];
const TYPES = ['', 'application/json', 'text/event-stream', 'application/x-ndjson', 'text/plain', 'text/html'];

const count = fc.oneof(
  fc.constantFrom<unknown>(0, -1, 1, 9, 1.5, null, '7', 1e308, -0, 2 ** 53, [], {}, true),
  fc.integer(),
  fc.double(),
);
const usage = fc.dictionary(
  fc.constantFrom(
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'prompt_cache_miss_tokens',
    'completion_tokens_details',
    'prompt_eval_count',
    'eval_count',
    'prompt_n',
    'cache_n',
  ),
  count,
);
const call = fc.record(
  {
    index: fc.option(fc.integer({ min: -1, max: 3 })),
    id: fc.constantFrom('', 'a', 'b', null),
    function: fc.record({
      name: fc.constantFrom('', 'f', 'g', null),
      arguments: fc.constantFrom('', '{', '}', '{}', '"', null, {}),
    }),
  },
  { requiredKeys: [] },
);
const content = fc.oneof(
  fc.string(),
  fc.constant(null),
  fc.array(
    fc.oneof(
      fc.string(),
      fc.record({ type: fc.constantFrom('text', 'thinking'), text: fc.string(), thinking: fc.jsonValue() }),
    ),
  ),
);
const said = fc.record(
  { content, tool_calls: fc.array(call, { maxLength: 3 }), function_call: call, reasoning: content },
  { requiredKeys: [] },
);
const choice = fc.record(
  {
    index: fc.integer({ min: -1, max: 3 }),
    delta: said,
    message: said,
    text: content,
    finish_reason: fc.constantFrom(null, '', 'stop', 'length'),
    usage,
  },
  { requiredKeys: [] },
);
const record = fc.record(
  {
    type: fc.constantFrom(
      'message_start',
      'message_delta',
      'message_stop',
      'content_block_start',
      'content_block_delta',
      'error',
      'message',
      'response.completed',
      'response.output_item.done',
      'response.function_call_arguments.delta',
    ),
    choices: fc.array(choice, { maxLength: 3 }),
    usage,
    message: fc.oneof(said, fc.record({ usage }), fc.string()),
    response: fc.oneof(
      fc.string(),
      fc.record({
        usage,
        output: fc.array(fc.record({ type: fc.constantFrom('function_call', 'message'), content, name: fc.string() })),
      }),
    ),
    delta: fc.oneof(
      fc.string(),
      fc.record({ text: content, partial_json: fc.string(), stop_reason: fc.constantFrom('end_turn', null) }),
    ),
    content_block: fc.record({
      type: fc.constantFrom('tool_use', 'text'),
      id: fc.string(),
      name: fc.string(),
      input: fc.jsonValue(),
      text: content,
    }),
    x_any: fc.record({ usage }),
    timings: usage,
    prompt_eval_count: count,
    eval_count: count,
    done: fc.constantFrom(true, false, null),
    error: fc.constantFrom<unknown>(null, '', 'e', {}, { message: 'e' }, [], true),
    detail: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc
    .array(record, { maxLength: 6 })
    .chain((records) =>
      fc.constantFrom(
        sse(...records),
        ndjson(...records),
        JSON.stringify(records[0] ?? null),
        `\ufeff${sse(...records, '[DONE]').replaceAll('\n', '\r')}`,
      ),
    )
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

describe('any response of an upstream', () => {
  it('has only counts that are non-negative integers, and nothing throws', async () => {
    const plugin = new TestedPlugin({ capture_content: 'full', capture_tool_args: true, estimate_tokens: true });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PATHS),
        fc.constantFrom(...TYPES),
        fc.constantFrom(200, 400, 500),
        body,
        fc.nat(),
        fc.integer({ min: 1, max: 300 }),
        async (path, contentType, status, bytes, cut, bound) => {
          plugin.spans.length = 0;
          const response = bytes.subarray(0, bytes.length - (cut % 3 === 0 ? cut % (bytes.length + 1) : 0));
          await plugin.log({
            path,
            contentType,
            status,
            response,
            bound,
            request: { model: 'm', prompt: 'x', messages: [{}] },
          });
          for (const [key, value] of Object.entries(plugin.spans[0]?.attributes ?? {})) {
            if (typeof value !== 'number') continue;
            expect([key, value >= 0 && Number.isFinite(value)]).toEqual([key, true]);
            if (/token/.test(key)) expect([key, Number.isSafeInteger(value)]).toEqual([key, true]);
          }
          const attributes = plugin.spans[0]?.attributes ?? {};
          const total = Number(attributes['llm.token_count.total'] ?? Infinity);
          expect(total).toBeGreaterThanOrEqual(Number(attributes['gen_ai.usage.input_tokens'] ?? 0));
          expect(attributes['gen_ai.usage.input_tokens']).not.toBe(0);
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    );
    const text = await plugin.metrics.registry.metrics();
    expect(text).not.toMatch(/ (?:NaN|-)/);
  });
});

describe('the work for a response', () => {
  /** How many characters JSON.parse was given. */
  async function parsedBy(path: string, contentType: string, status: number, response: Buffer): Promise<number> {
    const entry = logEntryOf(logRecord({ path, contentType, status }))!;
    const capture = captureFromShared(sharedCapture('', response, response.length))!;
    const api = apiAt(path)!.name;
    const original = JSON.parse;
    let characters = 0;
    // A mock of Jest would keep every text and every error.
    JSON.parse = (text: string) => {
      characters += text.length;
      return original(text) as unknown;
    };
    try {
      await readCapturedResponse(api, entry, capture.response, { maxBufferBytes: 262_144, maxTextLength: 0 });
    } finally {
      JSON.parse = original;
    }
    return characters;
  }

  const SIZE = 30_000;
  const shapes: readonly [string, string][] = [
    ['open braces', '{'.repeat(SIZE)],
    ['open brackets', '['.repeat(SIZE)],
    ['quotes', '"'.repeat(SIZE)],
    ['closed objects', '{}'.repeat(SIZE / 2)],
    ['closed objects and junk', `${'{}'.repeat(SIZE / 2)}x`],
    ['one event without blank lines', 'data: {"a":\n'.repeat(SIZE / 12)],
    ['other lines', `data: 1\n\n${'error: {\n'.repeat(SIZE / 9)}`],
    ['objects in objects', '{"a":'.repeat(SIZE / 5)],
    ['backslashes', `{"a":"${'\\'.repeat(SIZE)}`],
    ['line ends', '\r\n\n\r'.repeat(SIZE / 4)],
    ['tags', '<'.repeat(SIZE)],
    ['titles', '<title'.repeat(SIZE / 6)],
    ['entities', '&a'.repeat(SIZE / 2)],
    ['blanks', ' '.repeat(SIZE)],
    [
      'texts in texts',
      JSON.stringify({ error: JSON.stringify({ error: JSON.stringify({ error: '{'.repeat(9000) }) }) }),
    ],
  ];

  it.each(shapes)('is linear for %s', async (_name, shape) => {
    for (const path of ['/api/chat', '/v1/chat/completions', '/v1/messages']) {
      for (const contentType of ['text/event-stream', 'application/json']) {
        for (const status of [200, 400]) {
          expect(await parsedBy(path, contentType, status, Buffer.from(shape))).toBeLessThan(8 * SIZE);
        }
      }
    }
  });

  it('is bounded for the parts that are inspected first', () => {
    const huge = Buffer.alloc(4_000_000, '{"a":1} ');
    expect(sniffFraming(huge, '')).toBe('ndjson');
    expect(readErrorBody(Buffer.alloc(4_000_000, 'x'))).toHaveLength(500);
  });
});
