import { join } from 'node:path';
import { until } from '../../kong/testkit/until';
import { logEntry, ndjson, sharedCapture } from '../support/exchange';
import { hostPlugin, type HostedPlugin } from '../support/hosted-plugin';
import { startCollector, type Collector } from '../support/otlp-collector';

const modulePath = join(__dirname, '../../plugins/llm-telemetry');
const call = {
  do: 'log',
  values: {
    entry: logEntry(),
    capture: sharedCapture(
      '{"model":"m","messages":[{"role":"user","content":"hi"}]}',
      ndjson({ model: 'm', message: { content: 'ok' }, done: true, done_reason: 'stop', eval_count: 1 }),
    ),
  },
} as const;

describe('exporting does no harm', () => {
  let host: HostedPlugin;
  let collector: Collector | undefined;

  const prepare = (config: object) =>
    host.send({
      do: 'prepare',
      module: modulePath,
      plugin: 'llmTelemetry',
      config: { flush_delay: 10, log_errors: false, ...config },
    });
  const metric = async (name: string): Promise<string | undefined> => {
    const text = (await host.send({ do: 'metrics' })) as string;
    return text.split('\n').find((line) => line.startsWith(name));
  };
  const appearing = (name: string): Promise<string> => until(() => metric(name), name);

  beforeEach(() => {
    host = hostPlugin();
  });

  afterEach(async () => {
    // The SDK's own diagnostics stay silent: the process's output is Kong's log. One line reports a failing collector.
    expect(host.printed()).toMatch(/^(span export failed \{"collector":"http:.*"code":.*\}\n)?$/);
    await host.stop();
    await collector?.close();
    collector = undefined;
  });

  it.each([400, 401, 415, 500])('counts what a collector rejects with %d, by its status', async (status) => {
    collector = await startCollector((response) => response.writeHead(status).end('no'));
    await prepare({ otlp_url: collector.url });
    await host.send(call);
    expect(await appearing('llm_telemetry_export_failures_total')).toBe(
      `llm_telemetry_export_failures_total{code="${String(status)}"} 1`,
    );
    expect(await metric('llm_telemetry_spans_dropped_total')).toBe(
      'llm_telemetry_spans_dropped_total{reason="export_failed"} 1',
    );
  });

  it('retries if the collector is busy, and counts the span once', async () => {
    let rejections = 1;
    collector = await startCollector((response) => {
      response.writeHead(rejections-- > 0 ? 503 : 200, { 'retry-after': '0' }).end();
    });
    await prepare({ otlp_url: collector.url });
    await host.send(call);
    expect(await appearing('llm_telemetry_spans_exported_total 1')).toBeDefined();
    expect(collector.requests).toHaveLength(2);
    expect(await metric('llm_telemetry_export_failures_total{')).toBeUndefined();
  });

  it('counts a collector that cannot be reached', async () => {
    await prepare({ otlp_url: 'http://127.0.0.1:1/v1/traces', otlp_timeout: 200 });
    await host.send(call);
    expect(await appearing('llm_telemetry_export_failures_total')).toContain('code="unreachable"');
  });

  it('delays neither a request nor the shutdown if a collector never responds', async () => {
    collector = await startCollector(() => undefined);
    await prepare({
      otlp_url: collector.url,
      otlp_timeout: 60_000,
      max_queue_size: 3,
      max_batch_size: 1,
    });
    for (let calls = 0; calls < 10; calls++) await host.send(call);
    // One is on its way, three wait, six found no room.
    expect(await appearing('llm_telemetry_spans_dropped_total')).toBe(
      'llm_telemetry_spans_dropped_total{reason="queue_full"} 6',
    );
    const before = Date.now();
    await host.send({ do: 'dispose' });
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(await metric('llm_telemetry_spans_dropped_total{reason="shutdown"}')).toMatch(/ 4$/);
  });

  it('shares one queue between configurations of one target, until the last one is closed', async () => {
    collector = await startCollector();
    await prepare({ otlp_url: collector.url, flush_delay: 60_000 });
    await prepare({ otlp_url: collector.url, flush_delay: 60_000, span_name_style: 'otel' });
    await host.send(call);
    await host.send({ do: 'dispose' });
    expect(collector.spans).toHaveLength(0);
    await host.send(call);
    await host.send({ do: 'dispose' });
    expect(collector.spans.map(({ name }) => name)).toEqual(['chat m', 'ollama.chat_streaming']);
    expect(collector.requests).toHaveLength(1);
  });

  it('sends uncompressed JSON if configured', async () => {
    collector = await startCollector((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    );
    await prepare({ otlp_url: collector.url, otlp_protocol: 'http/json', otlp_compression: 'none', project_name: 'p' });
    await host.send(call);
    await host.send({ do: 'dispose' });
    const [request] = collector.requests;
    expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'x-project-name': 'p' });
    expect(request!.headers).not.toHaveProperty('content-encoding');
    expect(JSON.parse(request!.body.toString())).toHaveProperty('resourceSpans.0.scopeSpans.0.spans.0.name');
  });

  it('samples by trace id only, and counts every call', async () => {
    collector = await startCollector();
    await prepare({ otlp_url: collector.url, sample_rate: 0 });
    await host.send(call);
    await host.send({ do: 'dispose' });
    expect(collector.requests).toHaveLength(0);
    expect(await metric('gen_ai_client_inference_duration_seconds_count')).toMatch(/ 1$/);
  });

  it('ignores requests that call no model', async () => {
    collector = await startCollector();
    await prepare({ otlp_url: collector.url });
    for (const entry of [
      logEntry({ path: '/api/tags' }),
      logEntry({ path: '/v1/traces', requestHeaders: { 'user-agent': 'OTel-OTLP-Exporter-JavaScript/0.223.1' } }),
      logEntry({ requestHeaders: { 'user-agent': 'kong OTel-OTLP-Exporter-JavaScript/0.223.1' } }),
      logEntry({ method: 'OPTIONS' }),
      logEntry({ status: 401, source: 'kong', tries: [] }),
      'not json',
      '{}',
    ]) {
      await host.send({ ...call, values: { ...call.values, entry } });
    }
    await host.send({ do: 'dispose' });
    expect(collector.requests).toHaveLength(0);
    expect(await metric('llm_telemetry_parse_errors_total')).toBe(
      'llm_telemetry_parse_errors_total{api="log_entry"} 2',
    );
    expect(await metric('gen_ai_client_inference_duration_seconds_count')).toBeUndefined();
  });
});
