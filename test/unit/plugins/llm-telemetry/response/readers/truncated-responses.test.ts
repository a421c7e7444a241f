import type { ApiName } from '../../../../../../plugins/llm-telemetry/request/apis';
import type { Framing } from '../../../../../../plugins/llm-telemetry/response/framing';
import type { LlmResponse } from '../../../../../../plugins/llm-telemetry/response/llm-response';
import { ndjson, sse } from '../../../../../support/exchange';
import { EXAMPLES } from './examples';
import { readPartial } from './read-response';

describe('a response without its middle', () => {
  const long = (text: string) => 'x'.repeat(2000) + text + 'y'.repeat(2000);

  const cut = (api: ApiName, framing: Framing, body: string): LlmResponse => {
    const bytes = Buffer.from(body);
    return readPartial(api, framing, bytes.subarray(0, 300), bytes.subarray(bytes.length - 600));
  };

  it.each(EXAMPLES.filter(({ framing }) => framing === 'ndjson' || framing === 'sse'))(
    'a stream still has its counts from its end: $name',
    ({ api, framing, body, says }) => {
      const filler =
        framing === 'sse'
          ? 'data: {"choices":[{"delta":{"content":"z"}}]}\n\n'.repeat(200)
          : '{"message":{"content":"z"},"response":"z"}\n'.repeat(200);
      const cut = body.indexOf('\n', 1) + (framing === 'sse' ? 2 : 1);
      const start = body.startsWith('event') ? body.indexOf('\n\n') + 2 : cut;
      const bytes = Buffer.from(body.slice(0, start) + filler + body.slice(start));
      const response = readPartial(
        api,
        framing,
        bytes.subarray(0, start + 10),
        bytes.subarray(start + filler.length - 60),
      );
      expect([response.inputTokens, response.outputTokens]).toEqual([says.inputTokens, says.outputTokens]);
      expect(response.terminal).toBe(says.terminal);
      expect(response.parseErrors).toBe(0);
    },
  );

  it.each<[string, ApiName, object, Partial<LlmResponse>]>([
    [
      'chat of Ollama, its text cut',
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
      'embeddings, their vectors cut',
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
      'OpenAI chat, its text cut within an escape',
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
  ])('a document still has its counts: %s', (_name, api, document, says) => {
    expect(cut(api, 'document', JSON.stringify(document))).toMatchObject({ ...says, partial: true });
  });
});

describe('a last record longer than the captured part', () => {
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
  ])('still has its counts: %s', (_name, api, framing, body) => {
    const bytes = Buffer.from(body);
    const response = readPartial(api, framing, bytes.subarray(0, 150), bytes.subarray(bytes.length - 200));
    expect(response).toMatchObject({ model: 'm', inputTokens: 3, outputTokens: 4, terminal: true, partial: true });
  });
});
