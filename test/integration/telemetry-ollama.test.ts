import { INSTANT } from '../../docker/upstreams/ollama/pace';
import { startOllama } from '../../docker/upstreams/ollama/start';
import type { RunningServer } from '../../docker/upstreams/shared/http-server';
import { TestedPlugin } from '../unit/plugins/llm-telemetry/run-llm-telemetry';

/** Reads the real responses of the demo server from the bytes that a gateway would capture. */
describe('llm-telemetry on the responses of the demo server', () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startOllama({ pace: INSTANT });
  });

  afterAll(() => server.close());

  async function report(
    path: string,
    request: object,
    bound?: number,
  ): Promise<{ plugin: TestedPlugin; last: Record<string, unknown> }> {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(request) });
    const body = await response.text();
    const plugin = new TestedPlugin();
    await plugin.log({
      path,
      request,
      response: body,
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      ...(bound !== undefined && { bound }),
    });
    return { plugin, last: JSON.parse(body.trimEnd().split('\n').at(-1)!) as Record<string, unknown> };
  }

  const messages = [{ role: 'user', content: 'Tell me something long about rivers, please.' }];

  it.each<[string, object, string, number | undefined]>([
    ['/api/chat', { model: 'llama3.2', messages }, 'ollama.chat_streaming', undefined],
    ['/api/chat', { model: 'llama3.2', messages, stream: false }, 'ollama.chat', undefined],
    ['/api/generate', { model: 'llama3.2', prompt: 'Tell me something.' }, 'ollama.generate_streaming', undefined],
    ['/api/generate', { model: 'llama3.2', prompt: 'Tell me something.', stream: false }, 'ollama.generate', undefined],
    // The captured part is so small that the last record is cut.
    ['/api/generate', { model: 'llama3.2', prompt: 'Tell me something.' }, 'ollama.generate_streaming', 230],
    ['/api/chat', { model: 'llama3.2', messages }, 'ollama.chat_streaming', 400],
  ])('%s %j', async (path, request, name, bound) => {
    const { plugin, last } = await report(path, request, bound);
    expect(last['eval_count']).toBeGreaterThan(0);
    expect(plugin.spans.map((span) => span.name)).toEqual([name]);
    expect(plugin.spans[0]!.attributes).toMatchObject({
      'gen_ai.request.model': 'llama3.2',
      'gen_ai.usage.input_tokens': last['prompt_eval_count'],
      'gen_ai.usage.output_tokens': last['eval_count'],
      'ollama.total_duration_ms': (last['total_duration'] as number) / 1e6,
    });
    expect(plugin.spans[0]!.error).toBeUndefined();
    expect(await plugin.value('gen_ai_client_inference_usage_output_tokens_total', 'llama3.2')).toBe(
      last['eval_count'],
    );
  });

  it('reports a call to an unknown model, and nothing for a model that is only loaded', async () => {
    const missing = await report('/api/chat', { model: 'nope', messages });
    expect(missing.plugin.spans[0]).toMatchObject({
      error: "model 'nope' not found",
      attributes: { 'error.type': '404' },
    });
    const loaded = await report('/api/chat', { model: 'llama3.2' });
    expect(loaded.last['done_reason']).toBe('load');
    expect(loaded.plugin.spans).toEqual([]);
  });
});
