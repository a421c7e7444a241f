import { join } from 'node:path';
import { until } from '../../kong/testkit/until';
import { logEntry, ndjson, sharedCapture, sse } from '../support/exchange';
import { hostPlugin } from '../support/hosted-plugin';

/**
 * Reads spans back from a real Phoenix: `pip install arize-phoenix && arize-phoenix serve`, then
 * `PHOENIX_URL=http://127.0.0.1:6006 npx jest telemetry-phoenix`. Without PHOENIX_URL the tests are skipped.
 */
const phoenix = process.env['PHOENIX_URL'];
const project = `test-${Date.now()}`;

interface PhoenixSpan {
  readonly name: string;
  readonly span_kind: string;
  readonly status_code: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(
    `${phoenix!}${path}`,
    body ? { method: 'POST', headers, body: JSON.stringify(body) } : {},
  );
  return (await response.json()) as T;
}

const spansOf = (count: number): Promise<readonly PhoenixSpan[]> =>
  until(
    async () => {
      const { data = [] } = await ask<{ data?: PhoenixSpan[] }>(`/v1/projects/${project}/spans`);
      return data.length >= count && data;
    },
    'the spans',
    20_000,
  );

async function send(plugin: string, folder: string, config: object, exchanges: object[]): Promise<void> {
  const host = hostPlugin();
  const module = join(__dirname, '../../plugins', folder);
  const target = { otlp_url: `${phoenix!}/v1/traces`, project_name: project };
  await host.send({ do: 'prepare', module, plugin, config: { ...target, ...config } });
  for (const values of exchanges) await host.send({ do: 'log', values: values as Record<string, unknown> });
  await host.send({ do: 'dispose' });
  await host.stop();
}

(phoenix ? describe : describe.skip)('a real Phoenix', () => {
  it('shows model, tokens, messages, tools and errors', async () => {
    const request = { model: 'llama3.2', messages: [{ role: 'user', content: 'Weather?' }], tools: [{}] };
    const called = { id: 'c', function: { name: 'get_weather', arguments: { city: 'Paris' } } };
    const answer = ndjson(
      { message: { content: 'Let me look.', tool_calls: [called] } },
      { done: true, done_reason: 'stop', prompt_eval_count: 169, eval_count: 15 },
    );
    const config = { capture_content: 'full', capture_tool_args: true, content_format: 'both' };
    await send('llmTelemetry', 'llm-telemetry', config, [
      { entry: logEntry(), capture: sharedCapture(JSON.stringify(request), answer) },
      {
        entry: logEntry({ status: 404, contentType: 'application/json' }),
        capture: sharedCapture('{"model":"x","messages":[{}]}', '{"error":"model x not found"}'),
      },
    ]);
    const call = '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add"}}';
    await send('mcpTelemetry', 'mcp-telemetry', {}, [
      {
        entry: logEntry({ path: '/mcp', contentType: 'text/event-stream' }),
        capture: sharedCapture(call, sse({ id: 3, result: {} })),
      },
    ]);

    const spans = await spansOf(3);
    const found = (kind: string, status: string) =>
      spans.find(({ span_kind, status_code }) => span_kind === kind && status_code === status)!.attributes;
    expect(found('LLM', 'UNSET')).toMatchObject({
      'llm.model_name': 'llama3.2',
      'llm.token_count.total': 184,
      'llm.input_messages.0.message.content': 'Weather?',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'get_weather',
    });
    expect(found('LLM', 'ERROR')).toMatchObject({ 'error.type': '404' });
    expect(found('TOOL', 'UNSET')).toMatchObject({ 'tool.name': 'add' });

    const query = '{projects{edges{node{name traceCount tokenCountPrompt tokenCountCompletion}}}}';
    const { data } = await ask<{ data: { projects: { edges: { node: { name: string } }[] } } }>('/graphql', { query });
    expect(data.projects.edges.map(({ node }) => node).find(({ name }) => name === project)).toEqual({
      name: project,
      traceCount: 3,
      tokenCountPrompt: 169,
      tokenCountCompletion: 15,
    });
  }, 60_000);
});
