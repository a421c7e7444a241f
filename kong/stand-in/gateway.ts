import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { readSettings, type Listen, type Settings } from './config/settings';
import { describe } from './external/describe';
import { externalPlugin, type WorkerLinks } from './external/external-plugin';
import { adminServer } from './listeners/admin';
import { listen, stop } from './listeners/listen';
import { ProxyServer } from './listeners/proxy-server';
import { statusOf, statusServer } from './listeners/status';
import { LuaMachine } from './lua/machine';
import { openAccessLog } from './nginx/access-log';
import { luaFunctions } from './pdk/table';
import { isVariable } from './pdk/variables';
import { bundledPlugins } from './plugins';
import { ConnectionPool } from './rpc/connection-pool';
import { RunningInstances } from './rpc/instances';
import { buildRuntime } from './runtime/build-runtime';
import { readHostsFile } from './runtime/hosts-file';
import type { Runtime } from './runtime/runtime';
import { upstreamAgents } from './runtime/upstream-agents';

/** The number of emulated nginx workers. With several, differences between workers are visible. */
const WORKERS = 2;

/** How to start the stand-in; every option has a default. */
export interface GatewayOptions {
  /** Path of the declarative file; overrides the setting `declarative_config`. */
  readonly configPath?: string;
  /** The text of the declarative file; overrides the path. */
  readonly configText?: string;
  /**
   * Settings by their names in kong.conf, such as `proxy_listen` or `pluginserver_names`. Port 0 selects a free port.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** The environment variables for vault references. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Receives what Kong would write to its error log; `level` is one of nginx's. */
  readonly log?: (level: string, message: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running gateway. */
export interface Gateway {
  readonly proxyUrl: string;
  readonly adminUrl: string;
  readonly statusUrl: string;
  /**
   * Loads the configuration again, from the given text or from its source; current requests keep the previous one.
   * Throws a `ConfigError` for one that Kong would reject, and keeps the previous one.
   */
  reload(configText?: string): Promise<void>;
  /** Stops listening and closes all connections; settles when the last log phase has ended. */
  close(): Promise<void>;
}

/** Starts the stand-in. Throws when Kong would not start, or for settings that the stand-in does not emulate. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log = () => undefined, now = Date.now, env = process.env } = options;
  const settings = readSettings(options.settings ?? {});
  for (const notice of settings.notices) log('warn', notice);
  const descriptions = await Promise.all(settings.pluginServers.map(describe));
  const links = workerLinks(settings.socketReadTimeoutMs);
  const lua = await LuaMachine.open(luaFunctions);
  const accessLog = openAccessLog(settings.proxyAccessLog, settings.include, isVariable, log);
  const bundled = bundledPlugins(lua);
  const external = descriptions.map((description) => ({
    handler: externalPlugin(description, links, log),
    schema: description.schema,
  }));
  const nodeId = randomUUID();
  const agents = upstreamAgents();
  const addressOf = readHostsFile(await readHosts(settings.hostsFile));
  let sequence = 0;
  const build = (text: string): Runtime =>
    buildRuntime(text, {
      settings,
      accessLog,
      plugins: [...bundled.list, ...external],
      bundled: bundled.list.map(({ handler }) => handler.name),
      lua,
      nodeId,
      agents,
      addressOf,
      workers: WORKERS,
      env,
      log,
      nextSequence: () => ++sequence,
      nowSeconds: Math.floor(now() / 1000),
    });
  let runtime = build(await readConfig(options, settings));
  for (const balancer of runtime.balancers.values()) balancer.start();

  const { traffic } = bundled.prometheus;
  const current = () => runtime;
  const status = () => statusOf(traffic);
  const proxy = new ProxyServer({ runtime: current, traffic, now });
  const servers = [proxy.server, adminServer(current, status), statusServer(current, status, bundled.prometheus)];
  const close = async (): Promise<void> => {
    for (const balancer of runtime.balancers.values()) balancer.stop();
    await Promise.all(servers.map(stop));
    await proxy.drained();
    for (const { pool } of links) pool.close();
    agents.http.destroy();
    agents.https.destroy();
    bundled.close();
    accessLog.close();
    lua.shutDown();
  };
  let urls: string[];
  try {
    urls = await listenAll(servers, settings);
  } catch (error) {
    await close();
    throw error;
  }
  const [proxyUrl = '', adminUrl = '', statusUrl = ''] = urls;
  return {
    proxyUrl,
    adminUrl,
    statusUrl,
    reload: async (configText) => {
      const next = build(configText ?? (await readConfig(options, settings)));
      for (const balancer of runtime.balancers.values()) balancer.stop();
      runtime = next;
      for (const balancer of runtime.balancers.values()) balancer.start();
    },
    close,
  };
}

function workerLinks(readTimeoutMs: number): WorkerLinks[] {
  const links = Array.from({ length: WORKERS }, () => ({
    pool: new ConnectionPool(readTimeoutMs),
    instances: new RunningInstances(),
  }));
  for (const { instances } of links) {
    instances.resetEverywhere = (name) => {
      for (const other of links) other.instances.reset(name);
    };
  }
  return links;
}

async function readConfig({ configText, configPath }: GatewayOptions, settings: Settings): Promise<string> {
  if (configText !== undefined) return configText;
  const path = configPath ?? settings.declarativeConfig;
  return path === undefined ? '_format_version: "3.0"\n' : readFile(path, 'utf8');
}

async function readHosts(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new Error('dns_hostsfile: file does not exist');
  }
}

/** Listens on the first address of each listener. The URL of a disabled listener is empty. */
async function listenAll(servers: readonly Server[], settings: Settings): Promise<string[]> {
  const lists: readonly (readonly Listen[])[] = [settings.proxyListen, settings.adminListen, settings.statusListen];
  const urls: string[] = [];
  for (const [index, server] of servers.entries()) {
    const address = lists[index]?.[0];
    urls.push(address ? await listen(server, address) : '');
  }
  return urls;
}
