import fc from 'fast-check';
import type { ApiName } from '../../../../../plugins/llm-telemetry/apis';
import { createReader, type Framing } from '../../../../../plugins/llm-telemetry/readers/reader';
import type { Reply } from '../../../../../plugins/llm-telemetry/readers/reply';
import { WORDINGS } from '../../../../../plugins/llm-telemetry/readers/wordings';
import { ndjson, sse } from '../../../../support/exchange';
import { EXAMPLES, type Example } from './examples';

const LIMITS = { maxBufferBytes: 262_144, maxTextLength: 10_000 };

function readAll(api: ApiName, framing: Framing, chunks: readonly Uint8Array[], limits = LIMITS): Reply {
  const reader = createReader(WORDINGS[api], framing, limits);
  for (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

/** Of the reply, the members that the example speaks of. */
const pick = (reply: Reply, says: Example['says']): object =>
  Object.fromEntries(Object.keys(says).map((key) => [key, reply[key as keyof Reply]]));

/** The bytes cut at each of the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places)].filter((place) => place < bytes.length).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe.each(EXAMPLES)('$name', ({ api, framing, body, says }) => {
  const bytes = Buffer.from(body);

  it('says what it says', () => {
    const reply = readAll(api, framing, [bytes]);
    expect(pick(reply, says)).toEqual(says);
  });

  it('says the same wherever it is cut', () => {
    const whole = readAll(api, framing, [bytes]);
    expect(readAll(api, framing, cutAt(bytes, [...bytes.keys()]))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length - 1 }), { maxLength: 20 }), (places) => {
        expect(readAll(api, framing, cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('claims nothing more when it ends early at any byte', () => {
    const whole = readAll(api, framing, [bytes]);
    for (let length = 0; length < bytes.length; length += 3) {
      const cut = readAll(api, framing, [bytes.subarray(0, length)]);
      expect([undefined, whole.inputTokens]).toContain(cut.inputTokens);
      expect([undefined, whole.outputTokens]).toContain(cut.outputTokens);
      expect([undefined, whole.model]).toContain(cut.model);
      expect(cut.textLength).toBeLessThanOrEqual(whole.textLength);
      expect(cut.toolCallCount).toBeLessThanOrEqual(whole.toolCallCount);
    }
  });

  it('claims nothing more when any middle part is missing', () => {
    const whole = readAll(api, framing, [bytes]);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length }), fc.nat({ max: bytes.length }), (a, b) => {
        const reader = createReader(WORDINGS[api], framing, LIMITS);
        reader.push(bytes.subarray(0, Math.min(a, b)));
        reader.gap();
        reader.push(bytes.subarray(Math.max(a, b)));
        const torn = reader.end();
        expect(torn.partial).toBe(true);
        expect([undefined, whole.inputTokens]).toContain(torn.inputTokens);
        expect([undefined, whole.outputTokens]).toContain(torn.outputTokens);
        expect(torn.textLength).toBeLessThanOrEqual(whole.textLength);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what the middle of an answer hides', () => {
  const long = (text: string) => 'x'.repeat(2000) + text + 'y'.repeat(2000);

  const torn = (api: ApiName, framing: Framing, body: string): Reply => {
    const bytes = Buffer.from(body);
    const reader = createReader(WORDINGS[api], framing, LIMITS);
    reader.push(bytes.subarray(0, 300));
    reader.gap();
    reader.push(bytes.subarray(bytes.length - 600));
    return reader.end();
  };

  it.each(EXAMPLES.filter(({ framing }) => framing === 'ndjson' || framing === 'sse'))(
    'a stream still gives its counts from its end: $name',
    ({ api, framing, body, says }) => {
      const filler =
        framing === 'sse'
          ? 'data: {"choices":[{"delta":{"content":"z"}}]}\n\n'.repeat(200)
          : '{"message":{"content":"z"},"response":"z"}\n'.repeat(200);
      const cut = body.indexOf('\n', 1) + (framing === 'sse' ? 2 : 1);
      const start = body.startsWith('event') ? body.indexOf('\n\n') + 2 : cut;
      const bytes = Buffer.from(body.slice(0, start) + filler + body.slice(start));
      const reader = createReader(WORDINGS[api], framing, LIMITS);
      reader.push(bytes.subarray(0, start + 10));
      reader.gap();
      reader.push(bytes.subarray(start + filler.length - 60));
      const reply = reader.end();
      expect([reply.inputTokens, reply.outputTokens]).toEqual([says.inputTokens, says.outputTokens]);
      expect(reply.terminal).toBe(says.terminal);
      expect(reply.parseErrors).toBe(0);
    },
  );

  it.each<[string, ApiName, object, Partial<Reply>]>([
    [
      'chat of Ollama, its text torn',
      'ollama_chat',
      {
        model: 'm',
        message: { role: 'assistant', content: long('","done":true,{[') },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 3,
        eval_count: 4,
      },
      { model: 'm', inputTokens: 3, outputTokens: 4, finishReasons: ['stop'], terminal: true },
    ],
    [
      'embeddings, their vectors torn',
      'ollama_embed',
      {
        model: 'm',
        embeddings: [Array.from({ length: 900 }, (_, i) => i / 7)],
        total_duration: 5e6,
        prompt_eval_count: 8,
      },
      { model: 'm', inputTokens: 8, timings: { totalMs: 5 }, terminal: true },
    ],
    [
      'OpenAI chat, its text torn within an escape',
      'openai_chat',
      {
        id: 'i',
        model: 'm',
        choices: [{ message: { content: long('\\"\\\\"') }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2 },
      },
      { id: 'i', model: 'm', inputTokens: 1, outputTokens: 2, terminal: true },
    ],
    [
      'OpenAI embeddings',
      'openai_embeddings',
      {
        object: 'list',
        model: 'm',
        data: [{ embedding: Array.from({ length: 900 }, (_, i) => i / 7) }],
        usage: { prompt_tokens: 6 },
      },
      { model: 'm', inputTokens: 6 },
    ],
    [
      'Anthropic message',
      'anthropic_messages',
      {
        id: 'i',
        model: 'm',
        content: [{ type: 'text', text: long('é') }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      { id: 'i', inputTokens: 1, outputTokens: 2, finishReasons: ['end_turn'] },
    ],
  ])('a document still gives its counts: %s', (_name, api, document, says) => {
    expect(torn(api, 'document', JSON.stringify(document))).toMatchObject({ ...says, partial: true });
  });
});

describe('a last record longer than what is kept', () => {
  const many = Array.from({ length: 500 }, (_, n) => n);

  it.each<[string, ApiName, Framing, string]>([
    [
      'generate of Ollama, with its context',
      'ollama_generate',
      'ndjson',
      ndjson(
        { model: 'm', response: 'a' },
        { model: 'm', done: true, context: many, total_duration: 9, prompt_eval_count: 3, eval_count: 4 },
      ),
    ],
    [
      'responses of OpenAI, with all of the output',
      'openai_responses',
      'sse',
      sse(
        { type: 'response.created', response: { model: 'm' } },
        {
          type: 'response.completed',
          sequence_number: 9,
          response: {
            output: many,
            usage: { input_tokens: 3, output_tokens: 4, output_tokens_details: {} },
            user: null,
          },
        },
      ),
    ],
    [
      'responses of Ollama, whose members are in another order',
      'openai_responses',
      'sse',
      `data: {"response":{"model":"m"},"type":"response.created"}\n\ndata: {"response":{"output":[${many.join()}],"usage":{"input_tokens":3,"output_tokens":4}},"sequence_number":9,"type":"response.completed"}\n\n`,
    ],
  ])('still gives its counts: %s', (_name, api, framing, body) => {
    const bytes = Buffer.from(body);
    const reader = createReader(WORDINGS[api], framing, LIMITS);
    reader.push(bytes.subarray(0, 150));
    reader.gap();
    reader.push(bytes.subarray(bytes.length - 200));
    expect(reader.end()).toMatchObject({ model: 'm', inputTokens: 3, outputTokens: 4, terminal: true, partial: true });
  });
});

describe('usage beside choices', () => {
  const record = (prompt_tokens: number, completion_tokens: number) => ({
    model: 'm',
    choices: [{ index: 0, text: 'a', delta: { content: 'a' } }],
    usage: { prompt_tokens, completion_tokens },
  });

  it.each<[string, object[], number | undefined, number | undefined]>([
    ['is so far what it is, and the last one counts', [record(5, 0), record(5, 1), record(5, 2)], 5, 2],
    ['is not there yet where it is 0', [record(5, 0)], 5, undefined],
    ['is never put back by a placeholder', [record(5, 2), record(0, 0)], 5, 2],
    ['yields to the one without choices', [record(5, 1), { ...record(5, 9), choices: [] }], 5, 9],
  ])('%s', (_name, records, input, output) => {
    for (const api of ['openai_chat', 'openai_completions'] as const) {
      const reply = readAll(api, 'sse', [Buffer.from(sse(...records))]);
      expect([reply.inputTokens, reply.outputTokens]).toEqual([input, output]);
    }
  });
});

describe('any bytes at all', () => {
  const names = Object.keys(WORDINGS) as ApiName[];
  const framings: Framing[] = ['document', 'ndjson', 'sse'];

  it('never make a reader throw', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`data: ${text}\n\n`)),
      fc
        .constantFrom('{', '}\n', 'data:', '\r\n', '[DONE]', '"message":', 'null\n', '[]\n')
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom(...framings),
        fc.array(fc.option(chunk)),
        (api, framing, chunks) => {
          const reader = createReader(WORDINGS[api], framing, { maxBufferBytes: 128, maxTextLength: 16 });
          for (const part of chunks)
            if (part) reader.push(part);
            else reader.gap();
          const reply = reader.end();
          expect(reply.text.length).toBeLessThanOrEqual(16);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(names)('of a known shape but of other types never make %s throw', (api) => {
    const shapes = EXAMPLES.filter((example) => example.api === api).map(({ body }) => body);
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.jsonValue({ maxDepth: 2 }), fc.nat(), (body, value, seed) => {
        const values = [...body.matchAll(/:(?:"[^"\\]*"|\d+|\[[^\]]*\]|null|true|false)/g)];
        const hit = values[seed % values.length]!;
        const spoilt = `${body.slice(0, hit.index)}:${JSON.stringify(value)}${body.slice(hit.index + hit[0].length)}`;
        for (const framing of framings) readAll(api, framing, [Buffer.from(spoilt)]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('bounds', () => {
  it('counts text beyond what it keeps', () => {
    const body = JSON.stringify({ response: 'é'.repeat(5000), done: true, eval_count: 1 });
    const reply = readAll('ollama_generate', 'document', [Buffer.from(body)], { ...LIMITS, maxTextLength: 100 });
    expect(reply).toMatchObject({ textLength: 5000, text: 'é'.repeat(100), outputTokens: 1 });
  });

  it('loses a record larger than its bound, and no other', () => {
    const body = `{"response":"${'x'.repeat(500)}"}\n{"response":"ok","done":true,"eval_count":2}\n`;
    const reply = readAll('ollama_generate', 'ndjson', [Buffer.from(body)], { ...LIMITS, maxBufferBytes: 200 });
    expect(reply).toMatchObject({ text: 'ok', outputTokens: 2, partial: true, terminal: true });
  });

  it('keeps the ends of a document larger than its bound', () => {
    const body = JSON.stringify({ model: 'm', response: 'x'.repeat(5000), done: true, eval_count: 2 });
    const reply = readAll('ollama_generate', 'document', [Buffer.from(body)], { ...LIMITS, maxBufferBytes: 400 });
    expect(reply).toMatchObject({ model: 'm', outputTokens: 2, partial: true });
  });

  it('keeps the first 128 tool calls and counts all', () => {
    const calls = Array.from({ length: 300 }, () => ({ function: { name: 'n'.repeat(1000), arguments: {} } }));
    const body = JSON.stringify({ message: { tool_calls: calls }, done: true });
    const reply = readAll('ollama_chat', 'document', [Buffer.from(body)], { ...LIMITS, maxBufferBytes: 1e6 });
    expect(reply.toolCallCount).toBe(300);
    expect(reply.toolCalls).toHaveLength(128);
    expect(reply.toolCalls[0]!.name).toHaveLength(256);
  });
});
