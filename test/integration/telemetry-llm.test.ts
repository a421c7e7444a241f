import { join } from 'node:path';
import { logEntry, ndjson, sharedCapture, STARTED_AT } from '../support/exchange';
import { hostPlugin, type HostedPlugin } from '../support/hosted-plugin';
import { startCollector, type Collector } from '../support/otlp-collector';

const modulePath = join(__dirname, '../../plugins/llm-telemetry');
const prepare = (url: string, config: object = {}) =>
  ({
    do: 'prepare',
    module: modulePath,
    plugin: 'llmTelemetry',
    config: { otlp_url: url, flush_delay: 10, ...config },
  }) as const;

const chatWithTools = {
  model: 'llama3.2',
  messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
  tools: [{ type: 'function', function: { name: 'get_weather' } }],
};
const answer = ndjson(
  {
    model: 'llama3.2',
    message: {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'call_a1b2c3d4', function: { index: 0, name: 'get_weather', arguments: { city: 'Paris' } } }],
    },
    done: false,
  },
  {
    model: 'llama3.2',
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 169,
    eval_count: 15,
    load_duration: 1.2e9,
    prompt_eval_duration: 3e8,
    eval_duration: 2.8e8,
    total_duration: 1.81e9,
  },
);

describe('llm-telemetry with a real collector', () => {
  let collector: Collector;
  let host: HostedPlugin;

  beforeEach(async () => {
    collector = await startCollector();
    host = hostPlugin();
  });

  afterEach(async () => {
    await host.stop();
    await collector.close();
  });

  it('exports one span per call as protobuf, with the names of all three conventions', async () => {
    await host.send(prepare(collector.url, { otlp_headers: { authorization: 'Bearer k' } }));
    await host.send({
      do: 'log',
      values: {
        entry: logEntry({ requestHeaders: { traceparent: `00-${'4b'.repeat(16)}-${'0f'.repeat(8)}-00` } }),
        capture: sharedCapture(JSON.stringify(chatWithTools), answer),
      },
    });
    await host.send({ do: 'dispose' });

    expect(collector.spans).toHaveLength(1);
    const [span] = collector.spans;
    expect(span).toMatchObject({
      name: 'ollama.chat_streaming',
      kind: 3,
      traceId: '4b'.repeat(16),
      parentSpanId: '0f'.repeat(8),
      startMs: STARTED_AT + 2,
      endMs: STARTED_AT + 502,
      status: { code: 0 },
      resource: { 'service.name': 'kong-llm-telemetry', 'openinference.project.name': 'kong-llm' },
    });
    expect(span!.attributes).toMatchObject({
      'openinference.span.kind': 'LLM',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': 'llama3.2',
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 169,
      'gen_ai.usage.output_tokens': 15,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.15,
      'llm.model_name': 'llama3.2',
      'llm.provider': 'ollama',
      'llm.token_count.prompt': 169,
      'llm.token_count.completion': 15,
      'llm.token_count.total': 184,
      'llm.vendor': 'ollama',
      'llm.model': 'llama3.2',
      'llm.operation': 'chat_streaming',
      'llm.tokens_input': 169,
      'llm.tokens_output': 15,
      'llm.tool_count': 1,
      'llm.tool_calls_count': 1,
      'llm.called_tools': ['get_weather'],
      'ollama.load_duration_ms': 1200,
      'server.address': 'ollama',
      'server.port': 11434,
      'http.response.status_code': 200,
      'input.value': '__REDACTED__',
      'output.value': '__REDACTED__',
    });
    expect(JSON.stringify(span)).not.toContain('Paris');
    expect(collector.requests[0]!.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'x-project-name': 'kong-llm',
      authorization: 'Bearer k',
    });
  });

  it('counts the same tokens and times', async () => {
    await host.send(prepare(collector.url));
    await host.send({
      do: 'log',
      values: { entry: logEntry(), capture: sharedCapture(JSON.stringify(chatWithTools), answer) },
    });
    const metrics = (await host.send({ do: 'metrics' })) as string;
    const labels =
      'gen_ai_operation_name="chat",gen_ai_provider_name="ollama",gen_ai_request_model="llama3.2",kong_service="ollama"';
    expect(metrics).toContain(
      `gen_ai_client_inference_usage_input_tokens_total{${labels},gen_ai_token_modality="text"} 169`,
    );
    expect(metrics).toContain(
      `gen_ai_client_inference_usage_output_tokens_total{${labels},gen_ai_token_modality="text"} 15`,
    );
    expect(metrics).toContain(`gen_ai_client_inference_duration_seconds_sum{${labels},error_type=""} 0.5`);
    expect(metrics).toContain(`gen_ai_client_inference_time_to_first_chunk_seconds_sum{${labels}} 0.15`);
    expect(metrics).toContain(`gen_ai_server_time_to_first_token_seconds_sum{${labels}} 1.5`);
    expect(metrics).toContain(`gen_ai_server_time_per_output_token_seconds_sum{${labels}} 0.02`);
  });
});
