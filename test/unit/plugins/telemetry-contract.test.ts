import { Metrics } from '../../../kong/pdk';
import { readConfig } from '../../../kong/pdk/read-config';
import { fields as llmFields } from '../../../plugins/llm-telemetry/schema';
import { prepare as prepareLlm } from '../../../plugins/llm-telemetry/state';
import { fields as mcpFields } from '../../../plugins/mcp-telemetry/schema';
import { prepare as prepareMcp } from '../../../plugins/mcp-telemetry/state';
import { ndjson } from '../../support/exchange';
import { logInto } from '../../support/log-lines';
import { spanOfExchange } from './llm-telemetry/tell';
import { Teller as McpTeller, type Exchange } from './mcp-telemetry/tell';

/** What dashboards and trace stores are built on: whole spans, and every metric with its labels and buckets. */

const kongs = {
  'http.request.method': 'POST',
  'kong.request_id': 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
  'kong.route': 'ollama-route',
};
const redacted = { 'input.value': '__REDACTED__', 'output.value': '__REDACTED__' };

describe('the whole span', () => {
  it('of an Ollama chat with all that a request can say', async () => {
    const { attributes } = await spanOfExchange(
      {
        requestHeaders: { 'x-session-id': 'session-1', traceparent: 'nonsense' },
        consumer: { id: 'consumer-1', username: 'ann' },
        traceId: '4b'.repeat(16),
        request: {
          model: 'llama3.2',
          messages: [
            { role: 'system', content: 's' },
            { role: 'user', content: 'u' },
          ],
          tools: [{}],
          format: 'json',
          think: 'high',
          options: {
            temperature: 0.5,
            top_p: 0.9,
            top_k: 40,
            seed: 7,
            num_predict: 100,
            stop: ['END'],
            frequency_penalty: 0.1,
            presence_penalty: 0.2,
            mirostat: 1,
          },
        },
        response: ndjson(
          { model: 'llama3.2:3b', message: { content: 'Hi!', tool_calls: [{ function: { name: 'f' } }] } },
          {
            model: 'llama3.2:3b',
            remote_host: 'https://ollama.com',
            done: true,
            done_reason: 'stop',
            prompt_eval_count: 169,
            eval_count: 15,
            total_duration: 1.81e9,
            load_duration: 1.2e9,
            prompt_eval_duration: 3e8,
            eval_duration: 2.8e8,
          },
        ),
      },
      { environment: 'test' },
    );
    const parameters = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      max_tokens: 100,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      stop_sequences: ['END'],
      reasoning_level: 'high',
    };
    expect(attributes).toEqual({
      'openinference.span.kind': 'LLM',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': 'llama3.2',
      'gen_ai.request.stream': true,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.seed': 7,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.request.frequency_penalty': 0.1,
      'gen_ai.request.presence_penalty': 0.2,
      'gen_ai.request.reasoning.level': 'high',
      'gen_ai.output.type': 'json',
      'gen_ai.response.model': 'llama3.2:3b',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.15,
      'gen_ai.usage.input_tokens': 169,
      'gen_ai.usage.output_tokens': 15,
      'gen_ai.conversation.id': 'session-1',
      'llm.provider': 'ollama',
      'llm.system': 'ollama',
      'llm.model_name': 'llama3.2',
      'llm.response.model_name': 'llama3.2:3b',
      'llm.invocation_parameters': JSON.stringify(parameters),
      'llm.token_count.prompt': 169,
      'llm.token_count.completion': 15,
      'llm.token_count.total': 184,
      'llm.finish_reason': 'stop',
      'session.id': 'session-1',
      'user.id': 'consumer-1',
      'llm.vendor': 'ollama',
      'llm.model': 'llama3.2',
      'llm.operation': 'chat_streaming',
      'llm.tokens_input': 169,
      'llm.tokens_output': 15,
      'llm.message_count': 2,
      'llm.tool_count': 1,
      'llm.tool_calls_count': 1,
      'llm.called_tools': ['f'],
      'llm.duration_ms': 500,
      'llm.response_length': 3,
      'ollama.total_duration_ms': 1810,
      'ollama.load_duration_ms': 1200,
      'ollama.prompt_eval_duration_ms': 300,
      'ollama.eval_duration_ms': 280,
      'ollama.remote_host': 'https://ollama.com',
      'server.address': 'ollama',
      'server.port': 11434,
      'network.peer.address': '10.0.0.7',
      'http.response.status_code': 200,
      'url.path': '/api/chat',
      'kong.service': 'ollama',
      'kong.trace_id': '4b'.repeat(16),
      ...kongs,
      ...redacted,
      metadata: JSON.stringify({
        service: 'kong-llm-telemetry',
        env: 'test',
        route: 'ollama-route',
        'kong.request_id': 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
      }),
    });
  });

  it('of an embedding: nothing that belongs to generation', async () => {
    const { attributes } = await spanOfExchange({
      path: '/v1/embeddings',
      contentType: 'application/json',
      request: { model: 'e', input: ['a', 'b'], dimensions: 64 },
      response: { model: 'e', data: [{ embedding: [1] }], usage: { prompt_tokens: 8, total_tokens: 8 } },
    });
    const { metadata, ...rest } = attributes;
    expect(metadata).toBeDefined();
    expect(rest).toEqual({
      'openinference.span.kind': 'EMBEDDING',
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': 'e',
      'gen_ai.response.model': 'e',
      'gen_ai.usage.input_tokens': 8,
      'embedding.model_name': 'e',
      'embedding.invocation_parameters': '{"dimensions":64}',
      'llm.token_count.prompt': 8,
      'llm.token_count.total': 8,
      'llm.vendor': 'ollama',
      'llm.model': 'e',
      'llm.operation': 'embed',
      'llm.tokens_input': 8,
      'llm.message_count': 2,
      'llm.tool_count': 0,
      'llm.duration_ms': 500,
      'server.address': 'ollama',
      'server.port': 11434,
      'network.peer.address': '10.0.0.7',
      'http.response.status_code': 200,
      'url.path': '/v1/embeddings',
      'kong.service': 'ollama',
      ...kongs,
      ...redacted,
    });
  });

  it.each<[string, Exchange, object]>([
    [
      'tools/call add',
      {
        request: { id: 3, method: 'tools/call', params: { name: 'add', arguments: { a: 1 } } },
        response: { id: 3, result: {} },
      },
      {
        'openinference.span.kind': 'TOOL',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'add',
        'tool.name': 'add',
        'jsonrpc.request.id': '3',
        'mcp.session.id': 's-1',
        'session.id': 's-1',
      },
    ],
    [
      'prompts/get greet',
      { request: { id: 'p', method: 'prompts/get', params: { name: 'greet' } }, response: { id: 'p', result: {} } },
      {
        'openinference.span.kind': 'CHAIN',
        'gen_ai.prompt.name': 'greet',
        'jsonrpc.request.id': 'p',
        'mcp.session.id': 's-1',
        'session.id': 's-1',
      },
    ],
    [
      'resources/read',
      {
        request: { id: 4, method: 'resources/read', params: { uri: 'file:///a?key=secret' } },
        response: { id: 4, error: { code: -32002, message: 'no' } },
      },
      {
        'openinference.span.kind': 'CHAIN',
        'mcp.resource.uri': 'file:///a',
        'jsonrpc.request.id': '4',
        'rpc.response.status_code': '-32002',
        'error.type': '-32002',
        'mcp.session.id': 's-1',
        'session.id': 's-1',
      },
    ],
    [
      'notifications/initialized',
      { request: { method: 'notifications/initialized' }, status: 202, contentType: '' },
      {
        'openinference.span.kind': 'CHAIN',
        'http.response.status_code': 202,
        'mcp.session.id': 's-1',
        'session.id': 's-1',
      },
    ],
    [
      'tools/list',
      {
        request: { id: 5, method: 'tools/list' },
        response: { id: 5, result: { tools: [] } },
        requestHeaders: { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2026-07-28' },
      },
      { 'openinference.span.kind': 'CHAIN', 'jsonrpc.request.id': '5', 'mcp.protocol.version': '2026-07-28' },
    ],
  ])('of %s', async (name, exchange, own) => {
    const teller = new McpTeller();
    const requestHeaders = { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25' };
    await teller.tell({ requestHeaders, consumer: { id: 'consumer-1', username: 'ann' }, ...exchange });
    const [span] = teller.spans;
    const { metadata, ...rest } = span!.attributes;
    expect(span!.name).toBe(name);
    expect(JSON.parse(metadata as string)).toMatchObject({ service: 'kong-mcp-telemetry', env: 'development' });
    expect(rest).toEqual({
      'mcp.method.name': name.split(' ')[0],
      'mcp.protocol.version': '2025-11-25',
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'network.peer.address': '10.0.0.7',
      'server.address': 'calc-up',
      'server.port': 11434,
      'http.response.status_code': 200,
      'user.id': 'consumer-1',
      'kong.service': 'calc',
      ...kongs,
      ...redacted,
      ...own,
    });
  });
});

const C = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model', 'kong_service'];
const D = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
];
const K = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144];
const F = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 120];
const O = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const M = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const SESSIONS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 86400];

type Row = readonly [name: string, type: string, labels: readonly string[], buckets?: readonly number[]];

const LLM: readonly Row[] = [
  ['gen_ai_client_inference_duration_seconds', 'histogram', [...C, 'error_type'], D],
  ['gen_ai_client_operation_duration_seconds', 'histogram', [...C, 'error_type'], D],
  ['gen_ai_client_inference_time_to_first_chunk_seconds', 'histogram', C, D],
  ['gen_ai_client_inference_usage_input_tokens_total', 'counter', [...C, 'gen_ai_token_modality']],
  ['gen_ai_client_inference_usage_output_tokens_total', 'counter', [...C, 'gen_ai_token_modality']],
  ['gen_ai_client_inference_operation_input_tokens', 'histogram', [...C, 'error_type'], K],
  ['gen_ai_client_inference_operation_output_tokens', 'histogram', [...C, 'error_type'], K],
  ['gen_ai_server_time_to_first_token_seconds', 'histogram', C, F],
  ['gen_ai_server_time_per_output_token_seconds', 'histogram', C, O],
  ['gen_ai_client_token_usage', 'histogram', [...C, 'gen_ai_token_type'], K],
  ['llm_active_streams', 'gauge', ['kong_service']],
  ['llm_consumer_tokens_total', 'counter', ['consumer', 'kong_service', 'gen_ai_token_type']],
  ['llm_telemetry_spans_exported_total', 'counter', []],
  ['llm_telemetry_export_failures_total', 'counter', ['code']],
  ['llm_telemetry_spans_dropped_total', 'counter', ['reason']],
  ['llm_telemetry_parse_errors_total', 'counter', ['api']],
  ['llm_telemetry_usage_missing_total', 'counter', ['api']],
  ['llm_telemetry_estimated_tokens_total', 'counter', []],
  ['llm_telemetry_label_overflow_total', 'counter', ['label']],
  ['llm_telemetry_log_lines_suppressed_total', 'counter', []],
];

const MCP: readonly Row[] = [
  ['mcp_gateway_requests_total', 'counter', ['method', 'status', 'namespace']],
  ['mcp_gateway_request_duration_seconds', 'histogram', ['method', 'backend'], M],
  ['mcp_gateway_backend_health', 'gauge', ['backend']],
  ['mcp_gateway_circuit_breaker_state', 'gauge', ['namespace', 'state']],
  ['mcp_gateway_rate_limit_remaining', 'gauge', ['user']],
  ['mcp_gateway_session_duration_seconds', 'histogram', [], SESSIONS],
  ['mcp_gateway_auth_attempts_total', 'counter', ['type', 'result']],
  ['mcp_gateway_connections_total', 'counter', ['transport']],
  ['mcp_gateway_connections_active', 'gauge', ['transport']],
  [
    'mcp_client_operation_duration_seconds',
    'histogram',
    ['mcp_method_name', 'gen_ai_tool_name', 'error_type', 'kong_service'],
    M,
  ],
  ['mcp_telemetry_spans_exported_total', 'counter', []],
  ['mcp_telemetry_export_failures_total', 'counter', ['code']],
  ['mcp_telemetry_spans_dropped_total', 'counter', ['reason']],
  ['mcp_telemetry_parse_errors_total', 'counter', ['what']],
  ['mcp_telemetry_label_overflow_total', 'counter', ['label']],
  ['mcp_telemetry_log_lines_suppressed_total', 'counter', []],
];

/** The registry's own description of a metric. */
interface Described {
  readonly type: string;
  readonly labelNames: readonly string[];
  readonly upperBounds?: readonly number[];
}

describe.each([
  [
    'llm-telemetry',
    LLM,
    (metrics: Metrics) =>
      prepareLlm(readConfig(llmFields, {}), { metrics, log: logInto([]), now: Date.now, env: {}, scope: {} }),
  ],
  [
    'mcp-telemetry',
    MCP,
    (metrics: Metrics) =>
      prepareMcp(readConfig(mcpFields, {}), { metrics, log: logInto([]), now: Date.now, env: {}, scope: {} }),
  ],
] as [string, readonly Row[], (metrics: Metrics) => unknown][])('the metrics of %s', (_, rows, prepare) => {
  const metrics = new Metrics();
  prepare(metrics);

  it.each(rows.map(([name, type, labels, buckets]) => ({ name, type, labels, buckets })))(
    '$name is a $type',
    async (row) => {
      const { name, type, labels, buckets } = row;
      const metric = metrics.registry.getSingleMetric(name) as unknown as Described;
      expect(metric).toBeDefined();
      expect(await metrics.registry.getSingleMetricAsString(name)).toContain(`# TYPE ${name} ${type}`);
      expect([...metric.labelNames].filter((label) => label !== 'le').sort()).toEqual([...labels].sort());
      expect(metric.upperBounds).toEqual(buckets);
    },
  );

  it('are these and no others', () => {
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.sort()).toEqual(rows.map(([name]) => name).sort());
  });

  it('never begin as Kong’s own do', () => {
    for (const [name] of rows) expect(name).not.toMatch(/^kong_/);
  });
});
