import { CALCULATORS, eventually, gateway, postMcp, toolCall, total } from './gateway';

interface PhoenixSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

it.each(CALCULATORS)('writes a span for a tool call on %s, into the project of all services', async (server) => {
  const id = `span-${Date.now()}`;
  await postMcp(server, toolCall('multiply', { a: 6, b: 7 }, id));
  const span = await eventually('the span', async () => {
    const response = await fetch(`${gateway.proxyUrl}/phoenix/v1/projects/ai-gateway/spans?limit=1000`);
    if (!response.ok) return undefined;
    const { data } = (await response.json()) as { data: PhoenixSpan[] };
    return data.find(({ attributes }) => attributes['jsonrpc.request.id'] === id);
  });
  expect(span.attributes).toMatchObject({ 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'multiply' });
});

it('counts MCP requests by method and outcome', async () => {
  const count = () => total(gateway.pluginServerUrl, 'mcp_gateway_requests_total', '"py-calculator"', '"tools/call"');
  const before = await count();
  await postMcp('py-calculator', toolCall('add', { a: 1, b: 2 }));
  await eventually('the count', async () => (await count()) > before);
});

it("serves Kong's metrics of all four groups on the status listener", async () => {
  const text = await (await fetch(`${gateway.statusUrl}/metrics`)).text();
  for (const name of ['kong_http_requests_total', 'kong_request_latency_ms_bucket', 'kong_bandwidth_bytes']) {
    expect(text).toContain(`${name}{`);
  }
  expect(text).toMatch(/kong_upstream_target_health\{.*upstream="ollama-upstream".*state="healthy".*\} 1/);
});

it('serves the health of the plugin server', async () => {
  for (const path of ['healthz', 'readyz']) {
    expect((await fetch(`${gateway.pluginServerUrl}/${path}`)).status).toBe(200);
  }
  expect(await total(gateway.pluginServerUrl, 'plugin_server_instances')).toBeGreaterThan(0);
});
