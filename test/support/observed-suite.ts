import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startOnThisMachine } from '../../kong/start/on-this-machine';
import type { Run, RunState } from '../../kong/start/run';
import { jwksOf, signingKey } from './access-tokens';

const repository = join(__dirname, '../..');

/** The whole suite as `npm start` runs it, with every metric that a configuration can enable. */
export interface ObservedSuite {
  readonly state: RunState;
  /** An empty folder for the monitoring programs. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** @param engine the program that runs kong.yml: the stand-in, or a `kong` on PATH */
export async function startObservedSuite(host: string, engine: 'kong' | 'stand-in'): Promise<ObservedSuite> {
  if (!existsSync(join(repository, 'dist'))) throw new Error('the suite is not built: run `npm run build` first');
  if (spawnSync('redis-server', ['--version']).error) throw new Error('redis-server does not run: install it');
  const root = mkdtempSync(join(tmpdir(), 'observed-'));
  mkdirSync(join(root, 'kong'));
  mkdirSync(join(root, 'watch'));
  symlinkSync(join(repository, 'dist'), join(root, 'dist'));
  for (const file of ['kong/kong.conf', 'kong/request-log.conf']) symlinkSync(join(repository, file), join(root, file));
  const odd = createServer(answerOddly).listen(0, host);
  await new Promise((resolve) => odd.once('listening', resolve));
  const redis = spawn('redis-server', ['--bind', host, '--save', '', '--dir', root], { stdio: 'ignore' });
  writeFileSync(join(root, 'kong/kong.yml'), talkative(host, (odd.address() as AddressInfo).port));
  const close = (): void => {
    closeAll(odd, redis);
    rmSync(root, { recursive: true, force: true });
  };
  let run: Run;
  try {
    run = await startOnThisMachine(engine, root, host);
  } catch (error) {
    close();
    throw error;
  }
  return {
    state: run.state,
    folder: join(root, 'watch'),
    stop: async () => {
      await run.stop();
      close();
    },
  };
}

function closeAll(odd: Server, redis: ChildProcess): void {
  odd.closeAllConnections();
  odd.close();
  redis.kill('SIGKILL');
}

interface Plugin {
  name: string;
  config: Record<string, unknown>;
}
interface Service {
  name: string;
  plugins?: Plugin[];
}

/** kong.yml with a login, with all optional metrics, and with backends that misbehave. */
function talkative(host: string, oddPort: number): string {
  // Through JSON, since aliases put the same object in many places.
  const text = readFileSync(join(repository, 'kong/kong.yml'), 'utf8');
  const config = JSON.parse(JSON.stringify(parse(text, { merge: true }))) as {
    services: (Service & Record<string, unknown>)[];
  } & Record<string, unknown>;
  const pluginsOf = (service: string): Plugin[] => config.services.find(({ name }) => name === service)?.plugins ?? [];
  const change = (service: string, plugin: string, fields: Record<string, unknown>): void => {
    const found = pluginsOf(service).find(({ name }) => name === plugin);
    if (!found) throw new Error(`kong.yml has no ${plugin} on ${service}`);
    Object.assign(found.config, fields);
  };
  const changeGuard = (service: string, section: string, fields: Record<string, unknown>): void => {
    const guard = pluginsOf(service).find(({ name }) => name === 'mcp-guard');
    change(service, 'mcp-guard', { [section]: { ...(guard?.config[section] as object), ...fields } });
  };
  const learned = { learn: 'enforce', pins: { add: '0'.repeat(64) } };
  changeGuard('py-calculator', 'mcp-validator', { tools: learned });
  change('py-calculator', 'mcp-telemetry', { track_open_streams: true, flush_delay: 10 });
  changeGuard('go-calculator', 'mcp-tool-rate-limit', { policy: 'redis', redis: { host } });
  change('go-calculator', 'mcp-telemetry', { rate_limit_user_label: true });
  change('ollama', 'llm-telemetry', { track_open_streams: true, consumer_label: true, flush_delay: 10 });
  // The model is asked twice at most, so that runs with a tool end at a bound.
  change('agent', 'llm-mcp-agent', { max_rounds: 2 });
  pluginsOf('go-calculator').push({ name: 'key-auth', config: { key_names: ['apikey'] } });

  const capture = pluginsOf('py-calculator').find(({ name }) => name === 'pre-function');
  const rules = [{ windows: [{ limit: 1000, window_seconds: 60 }] }];
  const lost = { otlp_url: `http://${host}:9/v1/traces`, otlp_timeout: 100, flush_delay: 10 };
  const issuer = `http://${host}:${oddPort}`;
  const auth = {
    resource: `${issuer}/mcp`,
    // One with keys, one that fails.
    issuers: [{ issuer, discovery: false, jwks_uri: `${issuer}/jwks` }, { issuer: `${issuer}/away` }],
    unauthenticated: 'pass',
  };
  const odd = {
    plugins: [
      capture,
      { name: 'mcp-auth', config: auth },
      { name: 'mcp-telemetry', config: { ...lost, max_tools: 1 } },
      { name: 'llm-telemetry', config: { ...lost, max_models: 1 } },
    ],
  };
  const service = (name: string, port: number, fields: object): Service & Record<string, unknown> => ({
    name,
    url: `http://${host}:${port}`,
    routes: [{ name, paths: [`/${name}`] }],
    ...fields,
  });
  config.services.push(
    service('odd', oddPort, odd),
    // No Redis listens there, so every call is rejected.
    service('uncounted', oddPort, {
      plugins: [
        {
          name: 'mcp-tool-rate-limit',
          config: { rules, policy: 'redis', redis: { host, port: 9 }, fault_tolerant: false },
        },
      ],
    }),
    // Nothing listens there, and this configuration cannot start.
    service('nowhere', 9, { retries: 0, plugins: [{ name: 'mcp-telemetry', config: { redact_patterns: ['('] } }] }),
    { ...service('gone', 9, { retries: 0, plugins: odd.plugins }), url: undefined, host: 'gone-upstream' },
  );
  const upstreams = config['upstreams'] as object[];
  upstreams.push({
    name: 'gone-upstream',
    targets: [{ target: `${host}:9` }],
    healthchecks: { passive: { unhealthy: { tcp_failures: 2 } } },
  });
  config['consumers'] = [{ username: 'ann', keyauth_credentials: [{ key: 'key-of-ann' }] }];
  return stringify(config, { aliasDuplicateObjects: false });
}

const KEYS = jwksOf(signingKey('k'));

/** A faulty backend: it has an endless list of tools, responses that no API defines, and errors. */
const answerOddly: RequestListener = (request, response) => {
  request.resume();
  if (request.url === '/api/chat') {
    response.setHeader('Content-Type', 'application/x-ndjson');
    response.end('no record\n');
    return;
  }
  if (request.url === '/v1/chat/completions') {
    response.setHeader('Content-Type', 'application/json');
    response.end('{"id":"1","model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}');
    return;
  }
  if (request.url === '/jwks') {
    response.end(JSON.stringify(KEYS));
    return;
  }
  if (request.url !== '/mcp') {
    response.writeHead(500).end('{"error":"odd"}');
    return;
  }
  const tools = [{ name: 'one' }, { name: 'two' }];
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } }));
};
