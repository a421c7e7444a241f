import { ndjson } from '../../../support/exchange';
import { TestedPlugin } from './run-llm-telemetry';

const messages = [{ role: 'user', content: 'hi' }];
const good = ndjson({ message: { content: 'ok then' } }, { done: true, prompt_eval_count: 5, eval_count: 2 });

describe('the metrics', () => {
  it('count tokens of the same model under one name', async () => {
    const plugin = new TestedPlugin();
    for (const model of ['llama3.2', 'llama3.2:latest'])
      await plugin.log({ request: { model, messages }, response: good });
    const of = ['gen_ai_request_model="llama3.2"', 'modality="text"'];
    expect(await plugin.value('gen_ai_client_inference_usage_input_tokens_total', ...of)).toBe(10);
    expect(await plugin.value('gen_ai_client_inference_usage_output_tokens_total', ...of)).toBe(4);
  });

  it('use a model from a client as a label only after a successful response', async () => {
    const plugin = new TestedPlugin({ known_models: ['mine'] });
    const missing = { status: 404, contentType: 'application/json', response: { error: 'not found' } };
    await plugin.log({ request: { model: 'made-up', messages }, ...missing });
    await plugin.log({ request: { model: 'mine', messages }, ...missing });
    const name = 'gen_ai_client_inference_duration_seconds_count';
    expect(await plugin.value(name, 'gen_ai_request_model="_unknown"', 'error_type="404"')).toBe(1);
    expect(await plugin.value(name, 'gen_ai_request_model="mine"')).toBe(1);
    expect(await plugin.metrics.registry.metrics()).not.toContain('made-up');
  });

  it('have a bounded number of series under a flood of models and statuses', async () => {
    const plugin = new TestedPlugin();
    for (let n = 0; n < 2000; n++) {
      await plugin.log({
        request: { model: `m${n}`, messages },
        response: good,
        status: n % 2 === 0 ? 200 : 400 + (n % 99),
        contentType: n % 2 === 0 ? 'application/x-ndjson' : 'application/json',
      });
    }
    const text = await plugin.metrics.registry.metrics();
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(new Set(text.match(/gen_ai_request_model="[^"]*"/g)).size).toBe(52);
    expect(new Set(text.match(/error_type="[^"]*"/g)).size).toBeLessThanOrEqual(22);
    expect(series.length).toBeLessThan(10_000);
    expect(await plugin.value('llm_telemetry_label_overflow_total', 'gen_ai_request_model')).toBe(950);
  });

  it('add 0 with the modality unknown if nothing was reported', async () => {
    const plugin = new TestedPlugin();
    await plugin.log({
      request: { model: 'm', messages },
      response: ndjson({ message: { content: 'a' } }, { done: true }),
    });
    expect(await plugin.value('gen_ai_client_inference_usage_output_tokens_total', 'modality="unknown"')).toBe(0);
    expect(await plugin.value('llm_telemetry_usage_missing_total', 'api="ollama_chat"')).toBe(1);
    expect(await plugin.value('gen_ai_client_inference_operation_output_tokens_count')).toBeUndefined();
    expect(await plugin.value('llm_telemetry_estimated_tokens_total')).toBe(0);
  });

  it('count estimates separately, with estimate_tokens', async () => {
    const plugin = new TestedPlugin({ estimate_tokens: true });
    const silent = { message: { content: 'eight ch' }, done: true };
    await plugin.log({ request: { model: 'm', messages }, response: ndjson({ message: { content: 'a' } }, silent) });
    await plugin.log({
      request: { model: 'm', messages, stream: false },
      contentType: 'application/json',
      response: silent,
    });
    expect(await plugin.value('llm_telemetry_estimated_tokens_total')).toBe(4);
    expect(plugin.spans.map(({ attributes }) => attributes['llm.tokens_output_estimated'])).toEqual([2, 2]);
    expect(plugin.spans.map(({ attributes }) => attributes['llm.token_count_source'])).toEqual(['chunks', 'bytes/4']);
    expect(plugin.spans[0]!.attributes).not.toHaveProperty('gen_ai.usage.output_tokens');
  });

  it('distinguish images from text', async () => {
    const plugin = new TestedPlugin();
    const request = { model: 'm', messages: [{ role: 'user', content: 'see', images: ['aGk='] }] };
    await plugin.log({ request, response: good });
    expect(await plugin.value('gen_ai_client_inference_usage_input_tokens_total', 'modality="unknown"')).toBe(5);
    expect(await plugin.value('gen_ai_client_inference_usage_output_tokens_total', 'modality="text"')).toBe(2);
  });

  it('have separate series for embeddings, and the legacy names if configured', async () => {
    const plugin = new TestedPlugin({ legacy_genai_metrics: true });
    const embed = {
      path: '/api/embed',
      contentType: 'application/json',
      response: { embeddings: [], prompt_eval_count: 8 },
    };
    await plugin.log({ request: { model: 'e', input: 'a' }, ...embed });
    await plugin.log({ request: { model: 'm', messages }, response: good });
    const name = 'gen_ai_client_operation_duration_seconds_count';
    expect(await plugin.value(name, 'gen_ai_operation_name="embeddings"')).toBe(1);
    expect(await plugin.value(name, 'gen_ai_operation_name="chat"')).toBe(1);
    expect(await plugin.value('gen_ai_client_inference_duration_seconds_count', 'embeddings')).toBeUndefined();
    expect(await plugin.value('gen_ai_client_token_usage_sum', 'gen_ai_token_type="output"')).toBe(2);
  });

  it.each<[object, boolean, boolean]>([
    [{}, true, false],
    [{ semconv_metrics: 'current' }, true, false],
    [{ semconv_metrics: 'legacy' }, false, true],
    [{ semconv_metrics: 'both' }, true, true],
    [{ legacy_genai_metrics: true }, true, true],
  ])('have the conventions’ names that %j asks for', async (config, current, legacy) => {
    const plugin = new TestedPlugin(config);
    await plugin.log({ request: { model: 'm', messages }, response: good });
    const seen = await Promise.all(
      [
        'gen_ai_client_inference_duration_seconds_count',
        'gen_ai_client_inference_time_to_first_chunk_seconds_count',
        'gen_ai_client_inference_usage_input_tokens_total{',
        'gen_ai_client_inference_operation_output_tokens_count',
        'gen_ai_client_operation_duration_seconds_count',
        'gen_ai_client_operation_time_to_first_chunk_seconds_count',
        'gen_ai_client_token_usage_count',
      ].map(async (name) => (await plugin.value(name)) !== undefined),
    );
    expect(seen).toEqual([current, current, current, current, legacy, legacy, legacy]);
  });

  it('distinguish client errors from server errors, whatever the statuses', async () => {
    const plugin = new TestedPlugin();
    const fail = (status: number) =>
      plugin.log({
        request: { model: 'm', messages },
        status,
        contentType: 'application/json',
        response: { error: 'x' },
      });
    for (let status = 400; status < 600; status++) await fail(status);
    const name = 'gen_ai_client_inference_duration_seconds_count';
    const text = await plugin.metrics.registry.metrics();
    const counts = [...text.matchAll(new RegExp(`^${name}{.*error_type="(...)".*} (\\d+)$`, 'gm'))];
    const sum = (first: string) =>
      counts.filter(([, type]) => type!.startsWith(first)).reduce((total, [, , count]) => total + Number(count), 0);
    // 499 has a word of its own.
    expect([sum('4'), sum('5')]).toEqual([99, 100]);
    expect(await plugin.value(name, 'error_type="5xx"')).toBe(100);
    expect(text).not.toContain('error_type="_other"');
  });

  it('count tokens by consumer with consumer_label, unknown consumers as one', async () => {
    const usage = {
      request: { messages: [{}] },
      response: ndjson({ done: true, prompt_eval_count: 5, eval_count: 2 }),
    };
    const silent = new TestedPlugin();
    await silent.log(usage);
    expect(await silent.value('llm_consumer_tokens_total{')).toBeUndefined();
    const plugin = new TestedPlugin({ consumer_label: true, max_consumers: 1 });
    for (const username of ['ann', 'bob', 'ann']) await plugin.log({ ...usage, consumer: { id: username, username } });
    await plugin.log(usage);
    const tokens = (consumer: string, type: string) =>
      plugin.value('llm_consumer_tokens_total{', `consumer="${consumer}"`, `type="${type}"`, 'kong_service="ollama"');
    expect([await tokens('ann', 'input'), await tokens('ann', 'output')]).toEqual([10, 4]);
    expect([await tokens('_other', 'input'), await tokens('_unknown', 'output')]).toEqual([5, 2]);
  });
});
