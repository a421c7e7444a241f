import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  echo,
  echoed,
  send,
  startTestGateway,
  startUpstream,
  valuesOf,
  type TestGateway,
  type TestUpstream,
} from '../../support/local-gateway';
import { until } from '../../support/until';

const folder = mkdtempSync(join(tmpdir(), 'kong-bundled-'));
const logFile = join(folder, 'requests.log');
let upstream: TestUpstream;
let gateway: TestGateway;
let now = Date.UTC(2026, 0, 1, 12, 30, 15);

beforeAll(async () => {
  upstream = await startUpstream(echo);
  const route = (name: string) => `routes: [{ name: ${name}, paths: [/${name}] }]`;
  const service = (name: string) => `name: ${name}, url: "${upstream.url}", ${route(name)}`;
  gateway = await startTestGateway(
    `
services:
- { ${service('one-origin')}, plugins: [{ name: cors, config: { origins: ["http://a.test"], exposed_headers: [Mcp-Session-Id], headers: [Content-Type], methods: [GET, POST], max_age: 60, credentials: true } }] }
- { ${service('origins')}, plugins: [{ name: cors, config: { origins: ["http://a.test", "b\\\\.test", "https?://[a-z]+\\\\.c\\\\.test"] } }] }
- { ${service('any-origin')}, plugins: [{ name: cors, config: { credentials: true } }] }
- { ${service('key')}, plugins: [{ name: key-auth, config: { hide_credentials: true, realm: here } }, { name: acl, config: { allow: [gold] } }] }
- { ${service('anonymous')}, plugins: [{ name: key-auth, config: { anonymous: guest } }] }
- { ${service('size')}, plugins: [{ name: request-size-limiting, config: { allowed_payload_size: 1, size_unit: kilobytes } }] }
- { ${service('rate')}, plugins: [{ name: rate-limiting, config: { second: 2, hour: 3 } }] }
- { ${service('end')}, plugins: [{ name: request-termination, config: { status_code: 403, message: closed } }] }
- { ${service('id')}, plugins: [{ name: correlation-id, config: { header_name: X-Corr, echo_downstream: true, generator: uuid } }] }
- { ${service('log')}, plugins: [{ name: file-log, config: { path: "${logFile}" } }, { name: prometheus, config: { status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true, per_consumer: true } }] }
- { ${service('lua')}, plugins: [{ name: pre-function, config: { access: ["if kong.request.get_header('x-do') == 'exit' then return kong.response.exit(409, { message = 'lua' }, { ['X-Lua'] = '1' }) end if kong.request.get_header('x-do') == 'raise' then error('bad') end if kong.request.get_header('x-do') == 'nginx' then ngx.exit(tonumber(kong.request.get_header('x-status'))) end kong.service.request.set_header('X-Size', #kong.request.get_raw_body())"], header_filter: ["if kong.request.get_header('x-do') == 'filter-raise' then error('bad') end if kong.request.get_header('x-do') == 'filter-exit' then kong.response.exit(418, { message = 'tea' }) end", "kong.response.set_header('X-Status', kong.response.get_status()) kong.response.clear_header('Content-Length')"], body_filter: ["if ngx.arg[2] then ngx.arg[1] = (ngx.arg[1] or '') .. '\\\\n-- end' end"] } }, { name: post-function, config: { access: ["kong.service.request.set_header('X-Post', tostring(kong.ctx.shared.none))"] } }] }
consumers:
- { username: ann, custom_id: "7", keyauth_credentials: [{ key: gold-key }], acls: [{ group: gold }, { group: blue }] }
- { username: bob, keyauth_credentials: [{ key: plain-key }] }
- { username: guest }
plugins:
- { name: request-termination, consumer: bob, service: anonymous, config: { status_code: 418 } }
- { name: jwt }
`,
    {},
    { now: () => now },
  );
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
  rmSync(folder, { recursive: true });
});

const call = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: string | Buffer) =>
  send(gateway.proxyUrl + path, { headers, method }, body);
const messageOf = ({ body }: { body: Buffer }) => (JSON.parse(body.toString()) as { message: string }).message;

it('says which plugins it does not emulate', () => {
  expect(gateway.logs).toContain('[warn] not emulated here, ignored: the plugins jwt');
});

describe('cors', () => {
  const preflight = { Origin: 'http://a.test', 'Access-Control-Request-Method': 'POST' };

  it('answers a preflight itself', async () => {
    const { status, headers, body } = await call('/one-origin', preflight, 'OPTIONS');
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://a.test',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'Content-Type',
      'access-control-allow-methods': 'GET,POST',
      'access-control-max-age': '60',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-expose-headers');
  });

  it('passes an OPTIONS on that is no preflight', async () => {
    expect(echoed(await call('/one-origin', { Origin: 'http://a.test' }, 'OPTIONS')).method).toBe('OPTIONS');
  });

  it('adds its headers to an answer', async () => {
    const { headers } = await call('/one-origin', { Origin: 'http://evil.test' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://a.test',
      'access-control-expose-headers': 'Mcp-Session-Id',
    });
  });

  it.each([
    ['http://a.test', 'http://a.test'],
    ['http://a.test:80', 'http://a.test'],
    ['https://b.test', 'https://b.test'],
    ['https://x.c.test', 'https://x.c.test'],
    ['https://x.c.test.evil', undefined],
    ['http://evil.test', undefined],
  ])('of several origins allows %s as %s', async (origin, allowed) => {
    const { headers } = await call('/origins', { Origin: origin });
    expect([headers['access-control-allow-origin'], headers.vary]).toEqual([allowed, 'Origin']);
  });

  it('names the origin where any is allowed with credentials', async () => {
    const { headers } = await call('/any-origin', { Origin: 'http://x.test' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://x.test',
      'access-control-allow-credentials': 'true',
    });
  });
});

describe('key-auth and acl', () => {
  it('let a consumer with the group in, hide the key and name the consumer', async () => {
    const { headers, url } = echoed(await call('/key?apikey=gold-key&x=1', { 'X-Consumer-Username': 'forged' }));
    expect(url).toBe('/?x=1');
    expect([valuesOf(headers, 'x-consumer-username'), valuesOf(headers, 'x-consumer-custom-id')]).toEqual([
      ['ann'],
      ['7'],
    ]);
    expect(valuesOf(headers, 'x-consumer-groups')).toEqual(['gold, blue']);
    expect(valuesOf(headers, 'x-credential-identifier')).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, string, number, string]>([
    ['no key', {}, '/key', 401, 'No API key found in request'],
    ['a wrong key', { apikey: 'x' }, '/key', 401, 'Unauthorized'],
    ['two keys', {}, '/key?apikey=a&apikey=b', 401, 'Duplicate API key found'],
    ['a consumer without the group', { apikey: 'plain-key' }, '/key', 403, 'You cannot consume this service'],
  ])('refuse %s', async (_, headers, path, status, message) => {
    const answer = await call(path, headers);
    expect([answer.status, messageOf(answer)]).toEqual([status, message]);
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Key realm="here"');
  });

  it('lets a stranger in as the anonymous consumer', async () => {
    const { headers } = echoed(await call('/anonymous', { 'X-Credential-Identifier': 'forged' }));
    expect([valuesOf(headers, 'x-consumer-username'), valuesOf(headers, 'x-anonymous-consumer')]).toEqual([
      ['guest'],
      ['true'],
    ]);
    expect(valuesOf(headers, 'x-credential-identifier')).toEqual([]);
  });

  it('decide which configuration of a later plugin counts', async () => {
    expect((await call('/anonymous', { apikey: 'plain-key' })).status).toBe(418);
    expect((await call('/anonymous', { apikey: 'gold-key' })).status).toBe(200);
  });
});

describe('request-size-limiting', () => {
  it.each([
    ['a declared length', {}],
    ['a body in pieces', { 'Transfer-Encoding': 'chunked' }],
  ])('bounds %s', async (_, headers) => {
    expect((await call('/size', headers, 'POST', Buffer.alloc(1024))).status).toBe(200);
    const answer = await call('/size', headers, 'POST', Buffer.alloc(1025));
    expect([answer.status, messageOf(answer)]).toEqual([413, 'Request size limit exceeded']);
  });
});

it('rate-limiting counts by window and says so', async () => {
  const first = await call('/rate');
  expect(first.headers).toMatchObject({
    'x-ratelimit-limit-second': '2',
    'x-ratelimit-remaining-second': '1',
    'x-ratelimit-remaining-hour': '2',
    'ratelimit-limit': '2',
    'ratelimit-remaining': '1',
    'ratelimit-reset': '1',
  });
  await call('/rate');
  const third = await call('/rate');
  expect([third.status, messageOf(third), third.headers['retry-after']]).toEqual([429, 'API rate limit exceeded', '1']);
  now += 1000;
  expect((await call('/rate')).status).toBe(200);
  now += 1000;
  const last = await call('/rate');
  expect([last.status, last.headers['retry-after']]).toEqual([429, String(3600 - (30 * 60 + 17))]);
});

it('request-termination ends a request', async () => {
  const answer = await call('/end');
  expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
    403,
    'application/json; charset=utf-8',
    '{"message":"closed"}',
  ]);
});

it('correlation-id keeps a given id and makes one else', async () => {
  const given = await call('/id', { 'X-Corr': 'mine' });
  expect([given.headers['x-corr'], valuesOf(echoed(given).headers, 'x-corr')]).toEqual(['mine', ['mine']]);
  const made = await call('/id');
  expect(made.headers['x-corr']).toMatch(/^[0-9a-f-]{36}$/);
  expect(valuesOf(echoed(made).headers, 'x-corr')).toEqual([made.headers['x-corr']]);
});

it('file-log writes a line and prometheus counts', async () => {
  await call('/log', {}, 'POST', 'body');
  await until(() => readFileSync(logFile, 'utf8').endsWith('\n'), 'the line');
  const [line = ''] = readFileSync(logFile, 'utf8').split('\n');
  expect(JSON.parse(line)).toMatchObject({
    request: { method: 'POST', uri: '/log' },
    response: { status: 200 },
    service: { name: 'log' },
  });
  const { body } = await send(`${gateway.statusUrl}/metrics`);
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

describe('pre- and post-function', () => {
  it('see the request and change both messages', async () => {
    const answer = await call('/lua', {}, 'POST', Buffer.alloc(7));
    const [json = '', end] = answer.body.toString().split('\n');
    const { headers } = JSON.parse(json) as { headers: string[] };
    expect([valuesOf(headers, 'x-size'), valuesOf(headers, 'x-post'), end, answer.headers['x-status']]).toEqual([
      ['7'],
      ['nil'],
      '-- end',
      '200',
    ]);
  });

  it('end a request, whose filters still run', async () => {
    const { status, headers, body } = await call('/lua', { 'X-Do': 'exit' });
    expect([status, headers['x-lua'], headers['x-status'], body.toString()]).toEqual([
      409,
      '1',
      '409',
      '{"message":"lua"}\n-- end',
    ]);
  });

  it("put an answer in the place of the upstream's from a header filter", async () => {
    const { status, headers, body } = await call('/lua', { 'X-Do': 'filter-exit' });
    expect([status, headers['content-type'], headers['x-status'], body.toString()]).toEqual([
      418,
      'application/json; charset=utf-8',
      '418',
      '{"message":"tea"}\n-- end',
    ]);
  });

  it('break the connection when a header filter raises, as nginx does', async () => {
    await expect(call('/lua', { 'X-Do': 'filter-raise' })).rejects.toThrow('socket hang up');
  });

  it.each([
    ['403', 'text/html; charset=UTF-8', '<title>403 Forbidden</title>'],
    ['404', 'text/plain; charset=utf-8', 'Not found\nrequest_id: '],
  ])('leave with %s by ngx.exit', async (status, type, text) => {
    const answer = await call('/lua', { 'X-Do': 'nginx', 'X-Status': status });
    expect([answer.status, answer.headers['content-type']]).toEqual([Number(status), type]);
    expect(answer.body.toString()).toContain(text);
  });

  it('answer 500 when they raise', async () => {
    const { status, body } = await call('/lua', { 'X-Do': 'raise' });
    expect([status, body.toString()]).toEqual([500, expect.stringContaining('An unexpected error occurred')]);
  });
});

describe('the Admin API', () => {
  it('shows the entities and takes nothing', async () => {
    const { body } = await send(`${gateway.adminUrl}/services/key/routes`);
    expect(JSON.parse(body.toString())).toMatchObject({ data: [{ name: 'key', paths: ['/key'] }] });
    expect((await send(`${gateway.adminUrl}/services`, { method: 'POST' })).status).toBe(405);
    expect((await send(`${gateway.adminUrl}/services/none`)).status).toBe(404);
    expect(JSON.parse((await send(`${gateway.adminUrl}/`)).body.toString())).toMatchObject({ version: '3.9.3' });
  });

  it('has a status listener beside it', async () => {
    expect((await send(`${gateway.statusUrl}/status/ready`)).status).toBe(200);
    expect(JSON.parse((await send(`${gateway.statusUrl}/status`)).body.toString())).toHaveProperty(
      'server.total_requests',
    );
  });
});

it('reloads, and keeps the old configuration where the new one is refused', async () => {
  await expect(gateway.reload('_format_version: "3.0"\nservices: [{ name: x }]')).rejects.toThrow(
    'services[1].host: required field missing',
  );
  expect((await call('/id')).status).toBe(200);
  await gateway.reload('_format_version: "3.0"\n');
  expect((await call('/id')).status).toBe(404);
});
