import { INSTANT } from '../../docker/upstreams/ollama/pace';
import { startOllama } from '../../docker/upstreams/ollama/start';
import type { RunningServer } from '../../docker/upstreams/shared/http-server';
import { Teller } from '../unit/plugins/llm-telemetry/run-llm-telemetry';

/** What the demo server really sends, read from the bytes that a gateway would have kept of it. */
describe('llm-telemetry on the answers of the demo server', () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startOllama({ pace: INSTANT });
  });

  afterAll(() => server.close());

  async function tell(
    path: string,
    request: object,
    bound?: number,
  ): Promise<{ teller: Teller; last: Record<string, unknown> }> {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(request) });
    const body = await response.text();
    const teller = new Teller();
    await teller.tell({
      path,
      request,
      response: body,
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      ...(bound !== undefined && { bound }),
    });
    return { teller, last: JSON.parse(body.trimEnd().split('\n').at(-1)!) as Record<string, unknown> };
  }

  const messages = [{ role: 'user', content: 'Tell me something long about rivers, please.' }];

  it.each<[string, object, string, number | undefined]>([
    ['/api/chat', { model: 'llama3.2', messages }, 'ollama.chat_streaming', undefined],
    ['/api/chat', { model: 'llama3.2', messages, stream: false }, 'ollama.chat', undefined],
    ['/api/generate', { model: 'llama3.2', prompt: 'Tell me something.' }, 'ollama.generate_streaming', undefined],
    ['/api/generate', { model: 'llama3.2', prompt: 'Tell me something.', stream: false }, 'ollama.generate', undefined],
    // So little is kept that the last record is torn.
    ['/api/generate', { model: 'llama3.2', prompt: 'Tell me something.' }, 'ollama.generate_streaming', 230],
    ['/api/chat', { model: 'llama3.2', messages }, 'ollama.chat_streaming', 400],
  ])('%s %j', async (path, request, name, bound) => {
    const { teller, last } = await tell(path, request, bound);
    expect(last['eval_count']).toBeGreaterThan(0);
    expect(teller.spans.map((span) => span.name)).toEqual([name]);
    expect(teller.spans[0]!.attributes).toMatchObject({
      'gen_ai.request.model': 'llama3.2',
      'gen_ai.usage.input_tokens': last['prompt_eval_count'],
      'gen_ai.usage.output_tokens': last['eval_count'],
      'ollama.total_duration_ms': (last['total_duration'] as number) / 1e6,
    });
    expect(teller.spans[0]!.error).toBeUndefined();
    expect(await teller.value('gen_ai_client_inference_usage_output_tokens_total', 'llama3.2')).toBe(
      last['eval_count'],
    );
  });

  it('tells of a model that is not there, and nothing of one that is only loaded', async () => {
    const missing = await tell('/api/chat', { model: 'nope', messages });
    expect(missing.teller.spans[0]).toMatchObject({
      error: "model 'nope' not found",
      attributes: { 'error.type': '404' },
    });
    const loaded = await tell('/api/chat', { model: 'llama3.2' });
    expect(loaded.last['done_reason']).toBe('load');
    expect(loaded.teller.spans).toEqual([]);
  });
});
