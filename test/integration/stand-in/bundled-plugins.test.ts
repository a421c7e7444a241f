import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, send, valuesOf } from '../../../kong/testkit/http';
import { until } from '../../../kong/testkit/until';
import { echoed } from '../../../kong/testkit/upstream';
import { routed } from '../../support/routed';
import { useGateway } from '../../support/use-gateway';

const folder = mkdtempSync(join(tmpdir(), 'kong-bundled-'));
const logFile = join(folder, 'requests.log');
const ownLogFile = join(folder, 'own.log');
/** A value, a table instead of a table, nothing, and a value in tables that are not there yet. */
const ownFields = {
  'request.headers': "local kept = {} kept['x-seen'] = kong.request.get_header('x-seen') return kept",
  'request.uri': "return (string.gsub(ngx.var.request_uri, '%?.*', ''))",
  'request.querystring': 'return nil',
  'own.made.of': 'return kong.response.get_status()',
};
let now = Date.UTC(2026, 0, 1, 12, 30, 15);

const proxy = useGateway(
  ({ url }) => `
services:
- { ${routed('size', url)}, plugins: [{ name: request-size-limiting, config: { allowed_payload_size: 1, size_unit: kilobytes } }] }
- { ${routed('rate', url)}, plugins: [{ name: rate-limiting, config: { second: 2, hour: 3 } }] }
- { ${routed('id', url)}, plugins: [{ name: correlation-id, config: { header_name: X-Corr, echo_downstream: true, generator: uuid } }] }
- { ${routed('log', url)}, plugins: [{ name: file-log, config: { path: "${logFile}" } }, { name: prometheus, config: { status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true, per_consumer: true } }] }
- { ${routed('own', url)}, plugins: [{ name: file-log, config: ${JSON.stringify({ path: ownLogFile, custom_fields_by_lua: ownFields })} }] }
plugins:
- { name: zipkin }
- { name: ip-restriction, enabled: false }
`,
  {},
  { now: () => now },
);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('logs which plugins it ignores', () => {
  expect(proxy.gateway.logs).toContain('[warn] the stand-in ignores these plugins, which it does not emulate: zipkin');
});

describe('request-size-limiting', () => {
  it.each([
    ['a declared length', {}],
    ['a body in pieces', { 'Transfer-Encoding': 'chunked' }],
  ])('bounds %s', async (_, headers) => {
    expect((await proxy.ask('/size', headers, 'POST', Buffer.alloc(1024))).status).toBe(200);
    const answer = await proxy.ask('/size', headers, 'POST', Buffer.alloc(1025));
    expect([answer.status, messageOf(answer)]).toEqual([413, 'Request size limit exceeded']);
  });
});

it('rate-limiting counts per window and sets its headers', async () => {
  const first = await proxy.ask('/rate');
  expect(first.headers).toMatchObject({
    'x-ratelimit-limit-second': '2',
    'x-ratelimit-remaining-second': '1',
    'x-ratelimit-remaining-hour': '2',
    'ratelimit-limit': '2',
    'ratelimit-remaining': '1',
    'ratelimit-reset': '1',
  });
  await proxy.ask('/rate');
  const third = await proxy.ask('/rate');
  expect([third.status, messageOf(third), third.headers['retry-after']]).toEqual([429, 'API rate limit exceeded', '1']);
  now += 1000;
  expect((await proxy.ask('/rate')).status).toBe(200);
  now += 1000;
  const last = await proxy.ask('/rate');
  expect([last.status, last.headers['retry-after']]).toEqual([429, String(3600 - (30 * 60 + 17))]);
});

it('correlation-id keeps an existing id and otherwise generates one', async () => {
  const given = await proxy.ask('/id', { 'X-Corr': 'mine' });
  expect([given.headers['x-corr'], valuesOf(echoed(given).headers, 'x-corr')]).toEqual(['mine', ['mine']]);
  const made = await proxy.ask('/id');
  expect(made.headers['x-corr']).toMatch(/^[0-9a-f-]{36}$/);
  expect(valuesOf(echoed(made).headers, 'x-corr')).toEqual([made.headers['x-corr']]);
});

it('file-log writes the fields that its functions return, and omits those for which they return nil', async () => {
  await proxy.ask('/own?token=secret', { 'X-Seen': 'a', 'X-Unseen': 'secret' });
  await until(() => readFileSync(ownLogFile, 'utf8').endsWith('\n'), 'the line');
  const { request, own } = JSON.parse(readFileSync(ownLogFile, 'utf8')) as {
    request: Record<string, unknown>;
    own: unknown;
  };
  expect(request).toMatchObject({ method: 'GET', uri: '/own', headers: { 'x-seen': 'a' } });
  expect(Object.keys(request['headers'] as object)).toEqual(['x-seen']);
  expect(request).not.toHaveProperty('querystring');
  expect(own).toEqual({ made: { of: 200 } });
});

it('file-log writes a line and prometheus counts', async () => {
  await proxy.ask('/log', {}, 'POST', 'body');
  await until(() => readFileSync(logFile, 'utf8').endsWith('\n'), 'the line');
  const [line = ''] = readFileSync(logFile, 'utf8').split('\n');
  expect(JSON.parse(line)).toMatchObject({
    request: { method: 'POST', uri: '/log' },
    response: { status: 200 },
    service: { name: 'log' },
  });
  const { body } = await send(`${proxy.gateway.statusUrl}/metrics`);
  expect(body.toString()).toContain(
    'kong_http_requests_total{service="log",route="log",code="200",source="service",workspace="default",consumer=""} 1',
  );
  expect(body.toString()).toContain(
    'kong_request_latency_ms_bucket{le="25",service="log",route="log",workspace="default"}',
  );
  expect(body.toString()).toMatch(
    /kong_bandwidth_bytes\{service="log",route="log",direction="egress",workspace="default",consumer=""\} \d+/,
  );
});
