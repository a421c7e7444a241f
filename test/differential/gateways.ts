import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startGateway, type Gateway } from '../../kong/stand-in/gateway';
import { servePlugins } from '../../kong/testkit';
import { mcpAuth } from '../../plugins/mcp-auth';
import { ScriptedPluginServer } from '../support/scripted-plugin-server';
import type { Case } from './case';
import { configText } from './config';
import { kong } from './kong-process';
import { normalEntry, normalHeaders, normalReplies, normalText, type Normal } from './normalise';
import { parseResponses, sendRaw } from './raw-client';
import { startRecordingUpstream, type RecordingUpstream } from './upstream';

const PORT = 18_000 + (process.pid % 2000) * 4;
/** Kong and the stand-in listen on the same port of two loopback addresses: X-Forwarded-Port is the same. */
const HOSTS = { 'stand-in': '127.0.0.2', kong: '127.0.0.3' } as const;
type Side = keyof typeof HOSTS;

/** Both gateways in front of the same upstream. */
export interface Gateways {
  /** Sends a case to one side and returns all that can be compared. */
  observe(side: Side, test: Case): Promise<Normal>;
  stop(): Promise<void>;
}

/** Starts the upstream, the plugin server, the stand-in and Kong. */
export async function startGateways(): Promise<Gateways> {
  const folder = mkdtempSync(join(tmpdir(), 'kong-differential-'));
  chmodSync(folder, 0o755);
  const upstream = await startRecordingUpstream();
  const socket = join(folder, 'plugins.sock');
  const server = await ScriptedPluginServer.listen(socket);
  chmodSync(socket, 0o777);
  for (const plugin of DESCRIPTIONS) {
    writeFileSync(join(folder, `${plugin.Name}.json`), JSON.stringify({ Protocol: 'ProtoBuf:1', Plugins: [plugin] }));
  }
  const served = await servePlugins([mcpAuth]);
  // The workers of Kong run as another user.
  chmodSync(served.socket, 0o777);
  chmodSync(dirname(served.socket), 0o755);
  const logs = (side: Side) => join(folder, `${side}.log`);
  const settings = (side: Side): Record<string, string> => {
    writeFileSync(logs(side), '');
    chmodSync(logs(side), 0o666);
    const file = join(folder, `${side}.yml`);
    writeFileSync(file, configText(upstream.port, logs(side)));
    return {
      database: 'off',
      declarative_config: file,
      prefix: join(folder, side),
      proxy_listen: `${HOSTS[side]}:${PORT}`,
      admin_listen: `${HOSTS[side]}:${PORT + 1}`,
      status_listen: `${HOSTS[side]}:${PORT + 2}`,
      admin_gui_listen: 'off',
      anonymous_reports: 'off',
      nginx_worker_processes: '1',
      nginx_http_client_max_body_size: '1m',
      nginx_http_client_body_buffer_size: '16k',
      nginx_http_lua_socket_read_timeout: '2s',
      ...served.settings,
      plugins: ['bundled', ...NAMES, 'mcp-auth'].join(),
      pluginserver_names: [...NAMES, 'mcp-auth'].join(),
      ...Object.fromEntries(
        NAMES.flatMap((name) => [
          [`pluginserver_${name}_socket`, socket],
          [`pluginserver_${name}_query_cmd`, `cat ${join(folder, name)}.json`],
        ]),
      ),
    };
  };
  mkdirSync(join(folder, 'kong'), { mode: 0o755 });
  const kongSettings = settings('kong');
  kong(['start'], kongSettings);
  const standIn = await startGateway({ settings: settings('stand-in') });
  return {
    observe: async (side, test) => {
      server.scripts = test.scripts ? { ...test.scripts } : test.script === undefined ? {} : { access: test.script };
      server.replies = {};
      const observed = await observe({ side, test, upstream, logFile: logs(side) });
      return test.scripts ? { ...observed, replies: normalReplies(server.replies, HOSTS[side]) } : observed;
    },
    stop: async () => {
      await stopAll(standIn, upstream, server);
      await served.stop();
      kong(['stop'], kongSettings);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const describe = (name: string, priority: number, phases: readonly string[]) => ({
  Name: name,
  Version: '1.0.0',
  Priority: priority,
  Phases: phases,
  Schema: { name, fields: [{ config: { type: 'record', fields: [{ mode: { type: 'string' } }] } }] },
});

const DESCRIPTIONS = [
  describe('scripted', 500, ['access']),
  describe('first', 400, ['access', 'response']),
  describe('second', 300, ['access', 'response']),
];
const NAMES = DESCRIPTIONS.map(({ Name }) => Name);

async function stopAll(standIn: Gateway, upstream: RecordingUpstream, server: ScriptedPluginServer): Promise<void> {
  await standIn.close();
  await upstream.close();
  await server.close();
}

interface Observation {
  readonly side: Side;
  readonly test: Case;
  readonly upstream: RecordingUpstream;
  readonly logFile: string;
}

async function observe({ side, test, upstream, logFile }: Observation): Promise<Normal> {
  const lines = () =>
    readFileSync(logFile, 'latin1')
      .split('\n')
      .filter((line) => line !== '');
  const before = lines().length;
  upstream.take();
  const bytes = await sendRaw(
    HOSTS[side],
    PORT,
    test.send.map((part) => Buffer.from(part, 'latin1')),
  );
  const methods = [...test.send.join('').matchAll(/(?:^|\n)([A-Z]+) \S+ HTTP\//g)].map(([, method = '']) => method);
  const entries = test.entries ?? 1;
  await waitUntil(() => lines().length >= before + entries);
  const place = { host: HOSTS[side], logFile };
  return {
    responses: parseResponses(bytes, methods).map(({ statusLine, headers, body, complete }) => ({
      statusLine,
      headers: normalHeaders(headers, place),
      body: normalText(body, place),
      complete,
    })),
    upstream: upstream.take().map(({ requestLine, headers, body }) => ({
      requestLine,
      headers: normalHeaders(headers, place),
      body,
    })),
    log: lines()
      .slice(before)
      .map((line) => normalEntry(JSON.parse(line), place)),
  };
}

/** Longest wait for a log entry; a missing one shows in the comparison. */
const ENTRY_WITHIN_MS = 400;

async function waitUntil(check: () => boolean): Promise<void> {
  for (const end = Date.now() + ENTRY_WITHIN_MS; !check() && Date.now() < end;) await pause(3);
}
