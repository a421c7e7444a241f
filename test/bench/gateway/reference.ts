import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './paths';

/** A plugin as an entry of a declarative file. */
export interface PluginEntry {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

interface Declarative {
  readonly services: readonly { readonly name: string; readonly plugins: readonly PluginEntry[] }[];
  readonly plugins: readonly PluginEntry[];
}

const read = (...path: readonly string[]): unknown =>
  parse(readFileSync(join(ROOT, 'kong', ...path), 'utf8'), { merge: true });
const reference = read('kong.yml') as Declarative;
const batches = read('profiles', 'telemetry-batches.yml') as Declarative;

/** The limits are so high that no request of the benchmark is rejected. */
export const HIGH_LIMITS = { rules: [{ windows: [{ limit: 1_000_000, window_seconds: 1 }] }] };
const OVERRIDES: Readonly<Record<string, (config: object) => object>> = {
  'rate-limiting': (config) => ({ ...config, second: 1e8, minute: 1e9, hour: 1e10 }),
  'mcp-guard': (config) => ({ ...config, 'mcp-tool-rate-limit': HIGH_LIMITS }),
};

/** The plugin of kong.yml, with limits that are never reached. */
const unlimited = ({ name, config = {} }: PluginEntry): PluginEntry => ({
  name,
  config: { ...(OVERRIDES[name]?.(config) ?? config) },
});

/** The global plugins of kong.yml. */
export const globalPlugins = reference.plugins.map(unlimited);
/** The plugins of an MCP service of kong.yml. */
export const servicePlugins = (reference.services[0]?.plugins ?? []).map(unlimited);

/** The plugins of an MCP service whose telemetry is sent in batches to this address. */
export const batchPlugins = (intake: string): PluginEntry[] =>
  (batches.services[0]?.plugins ?? []).map((plugin) =>
    plugin.name === 'http-log'
      ? { ...plugin, config: { ...plugin.config, http_endpoint: `http://${intake}/logs/mcp` } }
      : plugin,
  );

/** The settings of kong.conf for the request log, with another file. */
export const requestLog = (file: string): Record<string, string> => ({
  nginx_http_include: join(ROOT, 'kong', 'request-log.conf'),
  proxy_access_log: `${file} requests`,
});
