import type { RequestListener } from 'node:http';
import { stringify } from 'yaml';
import type { Metrics, Plugin } from '../pdk';
import { startGateway, type Gateway, type GatewayOptions } from '../stand-in/gateway';
import { servePlugins } from './serve-plugins';
import { echo, startUpstream, type TestUpstream } from './upstream';

/** What runs behind a test's requests. */
export interface TestGatewayOptions extends Pick<GatewayOptions, 'env' | 'now'> {
  /** Plugins to serve; each is available in `kongYml` by its name. */
  readonly plugins?: readonly Plugin[];
  /**
   * A declarative file of Kong; its `_format_version` may be left out. Without a file, one service is behind all paths, and
   * every plugin applies to all requests.
   */
  readonly kongYml?: string;
  /** Without `kongYml`: the config of a plugin, by its name. */
  readonly config?: Readonly<Record<string, object>>;
  /** Without `kongYml`: the upstream. By default it answers with what it received (see {@link echo}). */
  readonly upstream?: RequestListener;
  /** The port of the plugin server's HTTP listener, for a declarative file that names it; by default any free one. */
  readonly httpPort?: number;
  /** Settings by their names in kong.conf. All ports are free ones unless they are set here. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A gateway on free ports of this machine. */
export interface TestGateway extends Gateway {
  /** Where clients send their requests, without a slash at its end. */
  readonly url: string;
  /** What Kong would write to its error log, such as `[warn] text`. */
  readonly logs: string[];
  /** What the served plugins counted. */
  readonly metrics: Metrics | undefined;
  /** Stops the gateway, the plugin server and the upstream that it started. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const ANY_PORT = { proxy_listen: '127.0.0.1:0', admin_listen: '127.0.0.1:0', status_listen: '127.0.0.1:0' };

/**
 * Starts the stand-in for Kong in this process, with plugins behind the real plugin server. Close it after the tests.
 *
 * @throws where Kong would not start: wrong settings, wrong declarative file, wrong config of a plugin
 */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { plugins, kongYml, config = {}, upstream: listener = echo, settings, httpPort, ...rest } = options;
  const logs: string[] = [];
  const served = plugins && (await servePlugins(plugins, undefined, httpPort));
  const upstream = kongYml === undefined && plugins ? await startUpstream(listener) : undefined;
  const closeOthers = async (): Promise<void> => {
    await served?.stop();
    await upstream?.close();
  };
  let gateway: Gateway;
  try {
    gateway = await startGateway({
      ...rest,
      configText: versioned(kongYml ?? simpleConfig(upstream, plugins ?? [], config)),
      settings: { ...ANY_PORT, ...served?.settings, ...settings },
      log: (level, message) => logs.push(`[${level}] ${message}`),
    });
  } catch (error) {
    await closeOthers();
    throw error;
  }
  const close = async (): Promise<void> => {
    await gateway.close();
    await closeOthers();
  };
  return { ...gateway, url: gateway.proxyUrl, logs, metrics: served?.metrics, close, [Symbol.asyncDispose]: close };
}

const versioned = (kongYml: string): string =>
  /^["']?_format_version/m.test(kongYml) ? kongYml : `_format_version: "3.0"\n${kongYml}`;

/** One service behind all paths, if there is an upstream, and the plugins for all requests. */
const simpleConfig = (
  upstream: TestUpstream | undefined,
  plugins: readonly Plugin[],
  config: Readonly<Record<string, object>>,
): string =>
  stringify({
    ...(upstream && { services: [{ name: 'upstream', url: upstream.url, routes: [{ name: 'all', paths: ['/'] }] }] }),
    plugins: plugins.map(({ name }) => ({ name, config: config[name] ?? {} })),
  });
