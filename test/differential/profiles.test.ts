import { spawnSync } from 'node:child_process';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { startOnThisMachine } from '../../kong/start/on-this-machine';
import type { Run } from '../../kong/start/run';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { buildProfile, loadConfig } from '../support/profile-gateway';
import { startRedis, type TestRedis } from '../support/redis-server';
import { missingPrograms } from '../support/running-process';
import { hasKong, kong } from './kong-process';

/** Every overlay of kong/profiles on a real Kong: built, loaded, and its effect on a request. */
const suite = hasKong() ? describe : describe.skip;

const byte = () => 1 + Math.floor(Math.random() * 254);
const HOST = `127.${byte()}.${byte()}.${byte()}`;
const logs = mkdtempSync(join(tmpdir(), 'profiles-'));
const MCP_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const ORIGIN = 'https://app.example.com';

let run: Run;
let redis: TestRedis;
let collector: TestUpstream;
/** What the collector of spans, logs and chats received: URL, headers, body. */
let received: { url: string; headers: Record<string, unknown>; body: string }[] = [];

/** Variables of the environment of Kong, for vault references and for settings. */
const OF_KONG = {
  OPENAI_AUTHORIZATION: 'Bearer the-key-of-openai',
  ANTHROPIC_API_KEY: 'the-key-of-anthropic',
  KONG_TRACING_INSTRUMENTATIONS: 'all',
  KONG_TRACING_SAMPLING_RATE: '1.0',
};

const load = (names: readonly string[], variables: Record<string, string> = {}): Promise<void> =>
  loadConfig(run.state.adminUrl, run.state.proxyUrl, buildProfile(names, variables));

const toolCall = (name: string, args: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(run.state.proxyUrl + path, { method: 'POST', headers: { ...MCP_HEADERS, ...headers }, body });
const add = (headers: Record<string, string> = {}, server = 'py-calculator'): Promise<Response> =>
  post(`/${server}/mcp`, toolCall('add', { a: 1, b: 2 }), headers);
const list = (): Promise<Response> =>
  post('/py-calculator/mcp', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));

suite('an overlay on Kong', () => {
  beforeAll(async () => {
    chmodSync(logs, 0o755);
    Object.assign(process.env, OF_KONG);
    redis = await startRedis();
    collector = await startUpstream((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { url = '', headers } = incoming;
        received.push({ url, headers, body: Buffer.concat(chunks).toString() });
        outgoing.setHeader('Content-Type', 'application/json');
        outgoing.end(JSON.stringify(url === '/anthropic' ? MESSAGE : COMPLETION));
      });
    });
    run = await startOnThisMachine('kong', resolve(__dirname, '../..'), HOST, logs);
  }, 120_000);
  afterAll(async () => {
    await run.stop();
    await redis.close();
    await collector.close();
    rmSync(logs, { recursive: true, force: true });
  }, 60_000);
  beforeEach(() => {
    received = [];
  });

  it('kong.yml: doctor finds nothing to fix', async () => {
    await load([]);
    const { proxyUrl, statusUrl, pluginServerUrl, adminUrl } = run.state;
    const urls = ['--gateway', proxyUrl, '--status', statusUrl, '--metrics', pluginServerUrl, '--admin', adminUrl];
    const program = resolve(__dirname, '../../dist/plugins/main.js');
    const { status, stdout } = spawnSync(process.execPath, [program, 'doctor', ...urls], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok: '))).toEqual([]);
    expect(stdout).toContain('ok: Kong 3.9');
    expect(status).toBe(0);
  });

  describe('/health', () => {
    const health = async () => {
      const response = await fetch(`${run.state.proxyUrl}/health`);
      return { status: response.status, report: (await response.json()) as Record<string, unknown> };
    };
    /** kong.yml, whose given backends have a target where nothing listens; checked every second, not every 30. */
    const without = (names: readonly string[]) => {
      const file = parse(buildProfile([])) as {
        upstreams: {
          name: string;
          targets: { target: string }[];
          healthchecks: { active: { healthy: { interval: number } } };
        }[];
      };
      for (const { name, targets, healthchecks } of file.upstreams) {
        healthchecks.active.healthy.interval = 1;
        if (names.includes(name)) targets[0]!.target = '127.0.0.1:1';
      }
      return loadConfig(run.state.adminUrl, run.state.proxyUrl, stringify(file));
    };
    const CHECKED = ['py-calculator', 'go-calculator', 'phoenix', 'ollama'].map((name) => `${name}-upstream`);

    it.each([
      [0, 200, 'healthy'],
      [1, 200, 'degraded'],
      [4, 503, 'unhealthy'],
    ])('%i of four backends are down: status %i, %s', async (down, code, status) => {
      await without(CHECKED.slice(0, down));
      await until(async () => (await health()).report['status'] === status, `the gateway to be ${status}`, 30_000);
      expect(await health()).toMatchObject({
        status: code,
        report: { backends: { total: 4, healthy: 4 - down, unhealthy: down } },
      });
    });

    it('shows whether Redis answers, as soon as a limit needs it', async () => {
      const server = await startRedis();
      await load(['redis'], { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port) });
      expect((await add()).status).toBe(200);
      await until(async () => (await health()).report['redis'] === 'connected', 'Redis to be connected', 15_000);
      await server.close();
      await until(async () => (await health()).report['redis'] === 'disconnected', 'Redis to be gone', 15_000);
      expect(await health()).toMatchObject({ status: 200, report: { status: 'degraded' } });
    });
  });

  it('redis: the counters of both limits are in Redis', async () => {
    await load(['redis'], { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) });
    const answers = [];
    for (let i = 0; i < 6; i += 1) {
      answers.push(await (await post('/py-calculator/mcp', toolCall('countdown', { from: 1 }))).text());
    }
    expect(answers.map((text) => text.includes('Rate limit'))).toEqual([false, false, false, false, false, true]);
    const keys = () => redis.command('keys', '*') as Promise<string[]>;
    expect((await keys()).filter((key) => key.startsWith('mcp-tool-rate-limit'))).not.toEqual([]);
    await until(
      async () => (await keys()).some((key) => key.startsWith('ratelimit:')),
      'the counters of rate-limiting',
    );
  });

  describe('jwt', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const JWT_PUBLIC_KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const JWT_SECRET = 'a secret of more than thirty-two bytes';
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = (alg: 'RS256' | 'HS256', { iss = 'https://issuer.example.com', expiresIn = 60 } = {}) => {
      const text = `${base64({ alg, typ: 'JWT' })}.${base64({ iss, exp: Math.floor(Date.now() / 1000) + expiresIn })}`;
      const signature =
        alg === 'RS256'
          ? createSign('RSA-SHA256').update(text).sign(privateKey)
          : createHmac('sha256', JWT_SECRET).update(text).digest();
      return { Authorization: `Bearer ${text}.${signature.toString('base64url')}` };
    };

    it.each([
      ['jwt', 'RS256', 'HS256'],
      ['jwt-hs256', 'HS256', 'RS256'],
    ] as const)('%s: accepts valid %s tokens of its issuer only', async (name, right, wrong) => {
      await load([name], { JWT_PUBLIC_KEY, JWT_SECRET });
      const statuses = [];
      for (const headers of [
        token(right),
        {},
        token(wrong),
        token(right, { expiresIn: -60 }),
        token(right, { iss: 'https://other.example.com' }),
        { Authorization: `${token(right).Authorization}x` },
      ]) {
        statuses.push((await add(headers)).status);
      }
      expect(statuses).toEqual([200, 401, 401, 401, 401, 401]);
    });
  });

  it('api-keys: only callers with a key pass, and the server does not see it', async () => {
    await load(['api-keys', 'canary'], {
      API_KEY: 'the-key',
      CANARY_TARGET: `127.0.0.1:${collector.port}`,
      STABLE_WEIGHT: '0',
      CANARY_WEIGHT: '100',
    });
    const statuses = [];
    for (const headers of [
      { apikey: 'the-key' },
      { 'X-API-Key': 'the-key' },
      {},
      { apikey: 'another' },
      { Authorization: 'apikey the-key' },
    ]) {
      statuses.push((await add(headers)).status);
    }
    expect(statuses).toEqual([200, 200, 401, 401, 401]);
    expect((await fetch(`${run.state.proxyUrl}/ollama/api/tags?apikey=the-key`)).status).toBe(401);
    expect(received.filter(({ url }) => url === '/mcp')).toHaveLength(2);
    expect(JSON.stringify(received)).not.toContain('the-key');
    expect(received.at(-1)!.headers).toMatchObject({ 'x-consumer-username': 'client', 'x-consumer-groups': 'ai' });
  });

  it('rotate-key: no request of a client fails while its key is replaced', async () => {
    await load(['api-keys'], { API_KEY: 'old' });
    const statuses: number[] = [];
    let key = 'old';
    const rotation = { isOver: false };
    const client = (async () => {
      while (!rotation.isOver) statuses.push((await add({ apikey: key })).status);
    })();
    await load(['api-keys', 'rotate-key'], { API_KEY: 'old', API_KEY_NEXT: 'new' });
    expect((await add({ apikey: 'old' })).status).toBe(200);
    key = 'new';
    const before = statuses.length;
    await until(() => statuses.length > before + 5, 'calls with the new key', 20_000);
    await load(['api-keys'], { API_KEY: 'new' });
    rotation.isOver = true;
    await client;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect((await add({ apikey: 'old' })).status).toBe(401);
  });

  it.each(['wrk', 'ab', 'k6'])('load: a load test with %s gets no 429 and no wrong answer', async (tool) => {
    if (missingPrograms(tool).length > 0) {
      console.warn(`${tool} is not installed: this load test did not run`);
      return;
    }
    await load(['load']);
    const program = resolve(__dirname, '../../examples/operations/load.sh');
    const args = [tool, `${run.state.proxyUrl}/py-calculator/mcp`, '2', '8'];
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
    expect(status).toBe(0);
    if (tool === 'wrk') expect(stdout).toMatch(/^Wrong answers: 0 of [1-9]\d\d+$/m);
    else if (tool === 'k6') expect(stdout).toMatch(/checks_succeeded\.+: 100\.00%/);
    else {
      expect(Number(/^Complete requests: +(\d+)$/m.exec(stdout)![1])).toBeGreaterThan(100);
      expect(stdout).toMatch(/^Failed requests: +0$/m);
      expect(stdout).not.toContain('Non-2xx');
    }
  });

  it('restrict: other networks and crawlers are rejected, and browsers get headers', async () => {
    await load(['restrict']);
    const response = await add();
    expect(response.status).toBe(200);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await add({ 'User-Agent': 'Googlebot/2.1' })).status).toBe(403);
    for (const library of ['Go-http-client/1.1', 'axios/1.7.9', 'python-httpx/0.28', 'reqwest/0.12', 'node']) {
      expect([library, (await add({ 'User-Agent': library })).status]).toEqual([library, 200]);
    }
    await load(['restrict'], { LOCAL_NETWORK: '192.0.2.0/24' });
    expect((await add()).status).toBe(403);
  });

  it('tls: a request without TLS is redirected with its method, spans are not', async () => {
    await load(['tls']);
    const response = await fetch(`${run.state.proxyUrl}/py-calculator/mcp`, {
      method: 'POST',
      headers: MCP_HEADERS,
      body: toolCall('add', { a: 1, b: 2 }),
      redirect: 'manual',
    });
    expect(response.status).toBe(308);
    expect(response.headers.get('location')).toMatch(/^https:\/\/.*\/py-calculator\/mcp$/);
    for (const path of ['/go-calculator/mcp', '/ollama/api/chat', '/agent/api/chat', '/chat', '/']) {
      const { status } = await fetch(run.state.proxyUrl + path, { method: 'POST', redirect: 'manual' });
      expect([path, status]).toEqual([path, 308]);
    }
    expect((await fetch(`${run.state.proxyUrl}/phoenix/`)).status).toBe(200);
  });

  it("tracing: Kong's spans and those of mcp-telemetry are in one trace", async () => {
    await load(['tracing'], { KONG_OTLP_URL: `${run.state.proxyUrl}/phoenix/v1/traces` });
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect((await add({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).status).toBe(200);
    const names = await until(async () => {
      const text = await (await fetch(`${run.state.spansUrl}/v1/projects/ai-gateway/spans?limit=1000`)).text();
      const { data } = JSON.parse(text) as { data: { name: string; context: { trace_id: string } }[] };
      const spans = data.filter(({ context }) => context.trace_id === trace).map(({ name }) => name);
      return spans.some((name) => name.startsWith('kong')) && spans.includes('tools/call add') ? spans : undefined;
    }, 'both kinds of spans');
    expect(names.length).toBeGreaterThan(8);
  });

  it('zipkin: a collector receives spans in its format', async () => {
    await load(['zipkin'], { ZIPKIN_URL: `${collector.url}/api/v2/spans` });
    expect((await add()).status).toBe(200);
    const spans = () => received.flatMap(({ body }) => JSON.parse(body) as { kind: string; traceId: string }[]);
    const server = await until(() => spans().find(({ kind }) => kind === 'SERVER'), 'the span of the request');
    await until(
      () => spans().some(({ kind, traceId }) => kind === 'CLIENT' && traceId === server.traceId),
      'the span of the call of the upstream',
    );
    expect(JSON.stringify(spans())).toContain('py-calculator');
  });

  it('logs-http: a collector receives entries without secrets', async () => {
    await load(['logs-http'], { LOG_URL: `${collector.url}/logs` });
    const secret = 'never-log-me';
    await post(`/py-calculator/mcp?key=${secret}`, toolCall('add', { a: 1, b: 2 }), {
      apikey: secret,
      Cookie: secret,
      'X-Request-ID': 'mine',
    });
    const body = await until(() => received.find((one) => one.body.includes('"mine"'))?.body, 'the entry');
    const entry = (JSON.parse(body) as { request: object; response: object; service: object }[]).find((one) =>
      JSON.stringify(one).includes('"mine"'),
    );
    expect(entry).toMatchObject({
      request: { method: 'POST', uri: '/py-calculator/mcp', headers: { 'x-request-id': 'mine' } },
      response: { status: 200 },
      service: { name: 'py-calculator' },
    });
    expect(body).not.toContain(secret);
  });

  it.each([
    ['logs-datadog', 'DATADOG', /^kong\.request\.count:1\|c\|#name:py-calculator/m],
    ['logs-statsd', 'STATSD', /^kong\.service\.py-calculator\.request\.count:1\|c/m],
  ])('%s: an agent receives metrics', async (name, prefix, line) => {
    const agent = createSocket('udp4');
    let text = '';
    agent.on('message', (message) => (text += `${message.toString()}\n`));
    agent.bind(0, '127.0.0.1');
    await once(agent, 'listening');
    await load([name], { [`${prefix}_HOST`]: '127.0.0.1', [`${prefix}_PORT`]: String(agent.address().port) });
    expect((await add()).status).toBe(200);
    await until(() => line.test(text), `metrics, not only ${text.slice(0, 1000)}`).finally(() => agent.close());
  });

  it('logs-syslog: requests are answered as before, with or without a daemon', async () => {
    await load(['logs-syslog']);
    expect((await add()).status).toBe(200);
  });

  it('canary: the new version gets its part of the requests, then all of them', async () => {
    const target = `127.0.0.1:${collector.port}`;
    const partOf = async (stable: string, canary: string) => {
      await load(['canary'], { CANARY_TARGET: target, STABLE_WEIGHT: stable, CANARY_WEIGHT: canary });
      received = [];
      for (let i = 0; i < 60; i += 1) await add();
      return received.filter(({ url }) => url === '/mcp').length;
    };
    const part = await partOf('80', '20');
    // Each of the two workers counts its own turns.
    expect(part).toBeGreaterThanOrEqual(6);
    expect(part).toBeLessThanOrEqual(18);
    expect(await partOf('0', '100')).toBe(60);
  });

  it('cache: lists of models are cached for each key, calls of models never', async () => {
    await load(['cache']);
    const models = async (key: string) => {
      const response = await fetch(`${run.state.proxyUrl}/ollama/api/tags`, { headers: { Authorization: key } });
      // Kong stores a response when all of it has passed.
      await response.text();
      return response.headers.get('x-cache-status');
    };
    expect([await models('a'), await models('a'), await models('b')]).toEqual(['Miss', 'Hit', 'Miss']);
    const chat = async (content: string) => {
      const body = { model: 'llama3.2', stream: false, messages: [{ role: 'user', content }] };
      const response = await post('/ollama/api/chat', JSON.stringify(body));
      return [response.headers.get('x-cache-status'), await response.text()];
    };
    const [[status, one], [, two]] = [await chat('What is 2 + 3?'), await chat('What is 4 * 5?')];
    expect(status).toBe('Bypass');
    expect(one).not.toBe(two);
  });

  it('ai-proxy: the provider receives the key and the model of the gateway, in its own format', async () => {
    await load(['ai-proxy'], { OPENAI_URL: `${collector.url}/openai`, ANTHROPIC_URL: `${collector.url}/anthropic` });
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] });
    for (const name of ['openai', 'anthropic']) {
      const response = await post(`/${name}`, body, { Authorization: 'Bearer of-the-client' });
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hi' } }] });
      expect(response.status).toBe(200);
    }
    const [openai, anthropic] = ['/openai', '/anthropic'].map((url) => received.find((one) => one.url === url)!);
    expect(openai!.headers).toMatchObject({ authorization: 'Bearer the-key-of-openai' });
    expect(JSON.parse(openai!.body)).toMatchObject({ model: 'gpt-4o-mini' });
    expect(anthropic!.headers).toMatchObject({ 'x-api-key': 'the-key-of-anthropic' });
    expect(JSON.parse(anthropic!.body)).toMatchObject({ max_tokens: 1024 });
  });

  it.each([
    ['dev', 200, false],
    ['staging', 200, true],
    ['prod', 200, true],
  ])('%s: has the origins, limits and checks of its environment', async (name, status, isPublic) => {
    await load([name], { PUBLIC_ORIGIN: ORIGIN, LIMIT_SECOND: '77' });
    const right = await add({ Origin: isPublic ? ORIGIN : 'http://localhost:3000' });
    expect(right.status).toBe(status);
    expect(right.headers.get('access-control-allow-origin')).toBe(isPublic ? ORIGIN : 'http://localhost:3000');
    expect(right.headers.get('x-ratelimit-limit-second')).toBe(isPublic ? '77' : '10000');
    // Staging only reports what production rejects.
    const wrong = await add({ Origin: 'https://evil.example' });
    expect(wrong.status).toBe(name === 'staging' ? 200 : 403);
    expect(wrong.headers.get('access-control-allow-origin')).not.toBe('https://evil.example');
    if (name === 'dev') {
      expect((await list()).status).toBe(200);
      const badly = await post('/py-calculator/mcp', toolCall('add', { a: 'one' }));
      expect(badly.headers.get('x-mcp-validator-report')).toBeNull();
      expect(badly.status).toBe(200);
    }
  });

  it.each([
    ['tuning-low', '100'],
    ['tuning-high', null],
  ])('%s: has its limit of requests', async (name, limit) => {
    await load([name]);
    expect((await add()).headers.get('x-ratelimit-limit-second')).toBe(limit);
  });
});

suite('settings on Kong', () => {
  let port = 30_000 + (process.pid % 400) * 8;
  // fetch would use its connections to the previous Kong.
  beforeEach(() => (port += 2));

  it.each([
    ['tuning-low', 1, 32],
    ['tuning-medium', 2, 256],
    ['tuning-high', undefined, 1024],
    ['tracing', undefined, undefined],
  ])('%s.conf: Kong starts with it and uses its values', async (name, workers, pool) => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-'));
    chmodSync(folder, 0o755);
    const root = resolve(__dirname, '../..');
    const conf = join(folder, 'kong.conf');
    const fragment = readFileSync(join(root, `kong/profiles/${name}.conf`), 'utf8');
    writeFileSync(conf, readFileSync(join(root, 'kong/kong.conf'), 'utf8') + fragment);
    const declarative = join(folder, 'kong.yml');
    writeFileSync(
      declarative,
      `_format_version: '3.0'\nservices: [{ name: c, url: '${collectorUrl()}', routes: [{ paths: [/c] }] }]\n`,
    );
    const variables = {
      prefix: join(folder, 'kong'),
      declarative_config: declarative,
      proxy_listen: `127.0.0.1:${port}`,
      admin_listen: `127.0.0.1:${port + 1}`,
      status_listen: 'off',
      admin_gui_listen: 'off',
      nginx_http_include: join(root, 'kong/request-log.conf'),
      proxy_access_log: `${join(folder, 'requests.log')} requests`,
      plugins: 'bundled',
      pluginserver_names: '',
    };
    try {
      kong(['start', '-c', conf], variables);
      const response = await fetch(`http://127.0.0.1:${port + 1}/`);
      const { configuration, pids } = (await response.json()) as {
        configuration: Record<string, unknown>;
        pids: { workers: number[] };
      };
      for (const line of fragment.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
        const [key = '', value = ''] = line.split(' = ');
        expect([key, [configuration[key]].flat().join()]).toEqual([key, String(Number(value) || value)]);
      }
      if (workers !== undefined) expect(pids.workers).toHaveLength(workers);
      if (pool !== undefined) expect(configuration['upstream_keepalive_pool_size']).toBe(pool);
      expect((await fetch(`http://127.0.0.1:${port}/c`)).status).toBe(502);
    } finally {
      spawnSync('kong', ['quit', '-p', join(folder, 'kong'), '--timeout', '2']);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Nothing listens there: Kong itself answers. */
const collectorUrl = () => 'http://127.0.0.1:1';

const COMPLETION = {
  id: 'one',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const MESSAGE = {
  id: 'one',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
};
