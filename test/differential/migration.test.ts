import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { kongVariables, type Layout } from '../../kong/start/layout';
import { startOnThisMachine } from '../../kong/start/on-this-machine';
import type { Run } from '../../kong/start/run';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { plugins } from '../../plugins';
import { buildProfile, loadConfig } from '../support/profile-gateway';
import { hasKong } from './kong-process';

/** The rows "What the guides have wrong" of docs/migration.md, on a real Kong. */
const suite = hasKong() ? describe : describe.skip;
const ROOT = resolve(__dirname, '../..');
const byte = () => 1 + Math.floor(Math.random() * 254);
const HOST = `127.${byte()}.${byte()}.${byte()}`;
const logs = mkdtempSync(join(tmpdir(), 'migration-'));

let run: Run;
let server: TestUpstream;
let received: Record<string, unknown>[] = [];

interface File {
  services: object[];
  upstreams: { name: string; targets: { target: string }[] }[];
  plugins: { name: string; config: object }[];
}

/** kong.yml with a change. */
const loadChanged = (change: (file: File) => void): Promise<void> => {
  const file = parse(buildProfile([])) as File;
  change(file);
  return loadConfig(run.state.adminUrl, run.state.proxyUrl, stringify(file));
};
const service = (name: string, more: object = {}) => ({
  name,
  url: server.url,
  routes: [{ name, paths: [`/${name}`] }],
  ...more,
});
const statusOf = async (path: string, init: RequestInit = {}): Promise<number> =>
  (await fetch(run.state.proxyUrl + path, init)).status;

suite('what the guides have wrong', () => {
  beforeAll(async () => {
    chmodSync(logs, 0o755);
    server = await startUpstream((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push(request.headers);
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ body }));
      });
    });
    run = await startOnThisMachine('kong', ROOT, HOST, logs);
  }, 120_000);
  afterAll(async () => {
    await run.stop();
    await server.close();
    rmSync(logs, { recursive: true, force: true });
  }, 60_000);

  it('key-auth does not read Authorization: apikey', async () => {
    await loadConfig(run.state.adminUrl, run.state.proxyUrl, buildProfile(['api-keys'], { API_KEY: 'k' }));
    expect(await statusOf('/ollama/api/tags', { headers: { Authorization: 'apikey k' } })).toBe(401);
    expect(await statusOf('/ollama/api/tags', { headers: { apikey: 'k' } })).toBe(200);
  });

  it('a token in base64 is rejected where it has a plus or a slash, one in base64url is not', async () => {
    const secret = 'a secret of more than thirty-two bytes';
    await loadConfig(run.state.adminUrl, run.state.proxyUrl, buildProfile(['jwt-hs256'], { JWT_SECRET: secret }));
    const now = Math.floor(Date.now() / 1000);
    const tokenOf = (encoding: 'base64' | 'base64url', exp = now + 60) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString(encoding);
      const payload = { iss: 'https://issuer.example.com', exp };
      const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
      return `Bearer ${text}.${createHmac('sha256', secret).update(text).digest(encoding)}`;
    };
    const call = (token: string) => statusOf('/ollama/api/tags', { headers: { Authorization: token } });
    const mcp = (token: string) =>
      statusOf('/py-calculator/mcp', { method: 'POST', headers: { Authorization: token } });
    // One signature in four has neither; nginx ignores the padding, so Kong accepts such a token.
    const signedAt = Array.from({ length: 100 }, (_, n) => tokenOf('base64', now + 60 + n));
    // The profile may leave the routes of models open; MCP routes need a token.
    expect(await mcp(signedAt.find((token) => /[+/]/.test(token))!)).toBe(401);
    expect(await mcp(signedAt.find((token) => !/[+/]/.test(token))!)).not.toBe(401);
    expect(await mcp(tokenOf('base64url'))).not.toBe(401);
    expect(await call(tokenOf('base64url'))).not.toBe(401);
  });

  it('kong.yml copies x-phoenix-project-name to x-project-name', async () => {
    await loadChanged(({ upstreams }) => {
      upstreams.find(({ name }) => name === 'phoenix-upstream')!.targets[0]!.target = `127.0.0.1:${server.port}`;
    });
    received = [];
    const headers = { 'x-phoenix-project-name': 'mine' };
    expect(await statusOf('/phoenix/v1/traces', { method: 'POST', headers })).toBe(200);
    expect(received.find((one) => one['x-phoenix-project-name'] === 'mine')).toMatchObject({
      'x-project-name': 'mine',
    });
  });

  it('the demo for Phoenix answers GET on /v1/traces with 405', async () => {
    await loadChanged(() => undefined);
    expect(await statusOf('/phoenix/v1/traces')).toBe(405);
    expect(await statusOf('/phoenix/')).toBe(200);
  });

  it('a service with url uses no upstream, and so none of its health checks', async () => {
    await loadChanged((file) => {
      file.services.push(service('by-url'));
      file.upstreams.push({ name: 'by-url-upstream', targets: [{ target: '127.0.0.1:1' }] });
    });
    expect(await statusOf('/by-url')).toBe(200);
  });

  it('proxy-cache gives every caller of POST the first answer', async () => {
    const config = { strategy: 'memory', request_method: ['POST'], content_type: ['application/json'] };
    await loadChanged(({ services }) =>
      services.push(service('cached', { plugins: [{ name: 'proxy-cache', config }] })),
    );
    const answer = async (body: string) =>
      (await fetch(`${run.state.proxyUrl}/cached`, { method: 'POST', body })).text();
    const first = await answer('one');
    expect(first).toContain('one');
    await until(async () => (await answer('two')) === first, 'the cached answer');
  });

  it('origins * with credentials: any page may call with the credentials of a user', async () => {
    await loadChanged((file) => {
      const cors = file.plugins.find(({ name }) => name === 'cors')!;
      cors.config = { ...cors.config, origins: ['*'], credentials: true };
      file.services.push(service('open'));
    });
    const { headers } = await fetch(`${run.state.proxyUrl}/open`, { headers: { Origin: 'https://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://evil.example');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('the metrics have other names than in Kong 2', async () => {
    await loadChanged(() => undefined);
    await statusOf('/ollama/api/tags');
    const text = await (await fetch(`${run.state.statusUrl}/metrics`)).text();
    expect(text).not.toMatch(/^kong_http_status\b|^kong_latency_bucket\b/m);
    expect(text).toMatch(/^kong_http_requests_total\{/m);
    expect(text).toMatch(/^kong_request_latency_ms_bucket\{/m);
  });

  it.each([
    ['canary', {}],
    ['rate-limiting-advanced', { limit: [100], window_size: [60] }],
    ['request-validator', { version: 'draft4' }],
    ['circuit-breaker', {}],
    ['ai-proxy-advanced', {}],
  ])('%s is not in open-source Kong, which rejects the file', async (name, config) => {
    await expect(loadChanged((file) => file.plugins.push({ name, config }))).rejects.toThrow(
      /not enabled|not installed/,
    );
  });

  it('proxy-cache has no strategy redis', async () => {
    const config = { strategy: 'redis', content_type: ['application/json'] };
    await expect(loadChanged((file) => file.plugins.push({ name: 'proxy-cache', config }))).rejects.toThrow(/memory/);
  });

  describe('commands and settings', () => {
    const folder = mkdtempSync(join(tmpdir(), 'migration-settings-'));
    const declarative = join(folder, 'kong.yml');
    const layout: Layout = { root: ROOT, folder, logs: folder, host: HOST.replace(/\d+$/, '254'), plugins: [] };
    const kong = (args: readonly string[], env: Record<string, string>) =>
      spawnSync('kong', [...args, '-c', join(ROOT, 'kong/kong.conf')], {
        encoding: 'utf8',
        env: { ...process.env, ...kongVariables(layout), KONG_DECLARATIVE_CONFIG: declarative, ...env },
      });
    const start = (env: Record<string, string>) => {
      const { status, stdout, stderr } = kong(['start'], {
        KONG_PLUGINS: 'bundled',
        KONG_PLUGINSERVER_NAMES: '',
        ...env,
      });
      spawnSync('kong', ['stop', '-p', join(folder, 'kong')]);
      return { status, text: stdout + stderr };
    };
    beforeAll(() => {
      chmodSync(folder, 0o755);
      writeFileSync(declarative, "_format_version: '3.0'\n");
      writeFileSync(join(folder, 'hosts'), '');
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it('kong config parse fails on a file with a plugin of a plugin server', () => {
      const program = join(ROOT, 'dist/plugins/main.js');
      spawnSync(process.execPath, [program, 'dump', '--all', '--out', folder]);
      const names = plugins.map(({ name }) => name);
      const { status, stderr, stdout } = kong(
        ['config', 'parse', join(ROOT, 'kong/kong.yml')],
        kongVariables({ ...layout, plugins: names }),
      );
      expect(status).not.toBe(0);
      expect(stderr + stdout).toContain('attempt to index');
    });

    it('KONG_NGINX_PROXY_PROXY_PROTOCOL: Kong does not start', () => {
      const { status, text } = start({ KONG_NGINX_PROXY_PROXY_PROTOCOL: 'on' });
      expect(status).not.toBe(0);
      expect(text).toContain('proxy_protocol');
    }, 30_000);

    it('KONG_NGINX_HTTP_UPSTREAM_KEEPALIVE: Kong starts, as if it were not there', () => {
      expect(start({ KONG_NGINX_HTTP_UPSTREAM_KEEPALIVE: '320' })).toMatchObject({ status: 0 });
    }, 30_000);
  });
});
