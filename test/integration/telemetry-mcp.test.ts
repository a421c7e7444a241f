import { join } from 'node:path';
import { logEntry, sharedCapture, sse, STARTED_AT } from '../support/exchange';
import { hostPlugin, type HostedPlugin } from '../support/hosted-plugin';
import { startCollector, type Collector } from '../support/otlp-collector';

const modulePath = join(__dirname, '../../plugins/mcp-telemetry');
const service = { name: 'py-calculator', host: 'py-calculator-upstream', port: 8100 };

describe('mcp-telemetry with a real collector', () => {
  let collector: Collector;
  let host: HostedPlugin;

  beforeEach(async () => {
    collector = await startCollector();
    host = hostPlugin();
    const config = { otlp_url: collector.url, flush_delay: 10, namespace: 'calculators' };
    await host.send({ do: 'prepare', module: modulePath, plugin: 'mcpTelemetry', config });
  });

  afterEach(async () => {
    await host.stop();
    await collector.close();
  });

  it('exports a span per message of a batch, each with its own response and parent', async () => {
    const batch = [
      {
        jsonrpc: '2.0',
        id: 3,
        method: 'tools/call',
        params: {
          name: 'get-weather',
          arguments: { city: 'Paris' },
          _meta: { traceparent: `00-${'4b'.repeat(16)}-${'f0'.repeat(8)}-01` },
        },
      },
      { jsonrpc: '2.0', id: 'x', method: 'tools/call', params: { name: 'add' } },
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } },
    ];
    const responses = sse(
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } },
      { jsonrpc: '2.0', id: 'x', error: { code: -32602, message: 'Unknown tool: add' } },
      { jsonrpc: '2.0', id: 3, result: { isError: true, content: [{ type: 'text', text: 'no such city' }] } },
    );
    const entry = logEntry({
      path: '/mcp',
      contentType: 'text/event-stream',
      service,
      requestHeaders: { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-03-26' },
    });
    await host.send({ do: 'log', values: { entry, capture: sharedCapture(JSON.stringify(batch), responses) } });
    const metrics = (await host.send({ do: 'metrics' })) as string;
    await host.send({ do: 'dispose' });

    expect(collector.spans.map(({ name, status: { code } }) => [name, code])).toEqual([
      ['tools/call get-weather', 2],
      ['tools/call add', 2],
      ['notifications/progress', 0],
    ]);
    const [weather, add, progress] = collector.spans;
    expect(weather).toMatchObject({
      kind: 3,
      traceId: '4b'.repeat(16),
      parentSpanId: 'f0'.repeat(8),
      startMs: STARTED_AT + 2,
      endMs: STARTED_AT + 502,
      attributes: {
        'openinference.span.kind': 'TOOL',
        'mcp.method.name': 'tools/call',
        'mcp.protocol.version': '2025-03-26',
        'mcp.session.id': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
        'jsonrpc.request.id': '3',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'get-weather',
        'tool.name': 'get-weather',
        'error.type': 'tool_error',
        'server.address': 'py-calculator-upstream',
        'input.value': '__REDACTED__',
      },
    });
    expect(add!.attributes).toMatchObject({
      'error.type': '-32602',
      'rpc.response.status_code': '-32602',
      'jsonrpc.request.id': 'x',
    });
    expect(progress!.attributes).not.toHaveProperty('jsonrpc.request.id');
    expect(JSON.stringify(collector.spans)).not.toMatch(/Paris|no such city/);

    for (const [method, status, fault] of [
      ['tools/call', 'tool_error', 'none'],
      ['tools/call', 'rpc_error', 'client'],
      ['notifications/progress', 'ok', 'none'],
    ]) {
      const labels = `method="${method!}",status="${status!}",namespace="calculators",fault="${fault!}"`;
      expect(metrics).toContain(`mcp_gateway_requests_total{${labels}} 1`);
    }
    expect(metrics).toContain(
      'mcp_gateway_request_duration_seconds_sum{method="tools/call",backend="py-calculator"} 1',
    );
  });

  it('distinguishes a rejection by a guard from a response of the server', async () => {
    const body = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add"}}';
    const rejection = '{"jsonrpc":"2.0","id":7,"error":{"code":429,"message":"Too many calls"}}';
    await host.send({
      do: 'log',
      values: {
        entry: logEntry({
          path: '/mcp',
          contentType: 'application/json',
          service,
          status: 429,
          source: 'kong',
          tries: [],
        }),
        capture: sharedCapture(body, rejection),
        mcp: { revision: '2025-11-25', messages: [{ kind: 'request', id: 7, method: 'tools/call', name: 'add' }] },
        mcp_denied: { by: 'mcp-tool-rate-limit', reason: 'rate_limited', code: 429 },
      },
    });
    const metrics = (await host.send({ do: 'metrics' })) as string;
    await host.send({ do: 'dispose' });

    expect(collector.spans[0]).toMatchObject({
      name: 'tools/call add',
      status: { code: 2 },
      attributes: {
        'kong.denied.by': 'mcp-tool-rate-limit',
        'kong.denied.reason': 'rate_limited',
        'error.type': '429',
      },
    });
    expect(metrics).toContain(
      'mcp_gateway_requests_total{method="tools/call",status="denied",namespace="calculators",fault="client"} 1',
    );
    expect(metrics).not.toContain('mcp_gateway_request_duration_seconds_sum');
  });
});
