import { Balancer } from '../balancer/balancer';
import { ConfigError } from '../config/config-error';
import { readDeclarative } from '../config/declarative';
import type { PluginEntity } from '../config/model';
import { notEmulated } from '../config/not-emulated';
import { pluginSchema, type KnownPlugin } from '../config/plugin-schema';
import type { PluginSchema } from '../config/plugin-schema';
import type { Settings } from '../config/settings';
import { resolveReferences } from '../config/vault';
import type { LuaMachine } from '../lua/machine';
import type { AccessLog } from '../nginx/access-log';
import { IGNORED, NOT_EMULATED } from '../plugins/not-emulated';
import type { Exchange } from '../request/exchange';
import type { PluginHandler } from '../request/plugin-handler';
import { PluginsIterator } from '../request/plugins-iterator';
import { Router } from '../routing/router';
import type { AddressOf } from './hosts-file';
import { lookupsOf } from './lookups';
import type { Runtime } from './runtime';
import type { UpstreamAgents } from './upstream-agents';

/** A plugin that can run, and the schema of its configuration. */
interface AvailablePlugin {
  readonly handler: PluginHandler;
  readonly schema: PluginSchema;
}

/** What a runtime needs in addition to the declarative file. */
export interface RuntimeParts {
  readonly settings: Settings;
  readonly accessLog: AccessLog;
  readonly plugins: readonly AvailablePlugin[];
  /** The names of the bundled plugins among them. */
  readonly bundled: readonly string[];
  readonly lua: LuaMachine<Exchange>;
  readonly nodeId: string;
  readonly agents: UpstreamAgents;
  readonly addressOf: AddressOf;
  readonly workers: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (level: string, message: string) => void;
  /** Returns unique numbers for `__seq__`. */
  readonly nextSequence: () => number;
  readonly nowSeconds: number;
}

/**
 * Builds the runtime of a declarative file. Throws a `ConfigError` for a file that Kong rejects. Starts no health checks.
 */
export function buildRuntime(text: string, parts: RuntimeParts): Runtime {
  const { lua, log, settings, nodeId } = parts;
  const known = enabledPlugins(parts);
  const match = (value: string, pattern: string) => lua.matches(value, pattern);
  const { entities, ignored } = readDeclarative(text, known, match, parts.nowSeconds);
  const rejected = notEmulated(entities);
  if (rejected.length > 0) throw new ConfigError(rejected);
  logIgnored(ignored, entities.plugins, log);
  const plugins = entities.plugins.map((plugin) => withSecrets(plugin, known, parts));
  const handlers = new Map(parts.plugins.map(({ handler }) => [handler.name, handler]));
  const lookups = lookupsOf(entities);
  return {
    settings,
    accessLog: parts.accessLog,
    entities: { ...entities, plugins },
    router: new Router(entities.routes, lookups.services),
    iterators: Array.from({ length: parts.workers }, () => new PluginsIterator(plugins, handlers, parts.nextSequence)),
    balancers: new Map(
      entities.upstreams.map((upstream) => {
        const targets = entities.targets.filter((target) => target.upstream.id === upstream.id);
        return [
          upstream.name,
          new Balancer(upstream, targets, parts.addressOf, (message) => {
            log('warn', message);
          }),
        ];
      }),
    ),
    sharedContexts: lua,
    nodeId,
    agents: parts.agents,
    addressOf: parts.addressOf,
    lookups,
    log,
  };
}

/** The plugins that the setting `plugins` enables. Throws for an unknown plugin, like Kong at its start. */
function enabledPlugins({ plugins, bundled, settings }: RuntimeParts): Map<string, KnownPlugin> {
  const installed = new Map<string, KnownPlugin>([
    ...NOT_EMULATED.map((name): [string, KnownPlugin] => [name, {}]),
    ...plugins.map(({ handler, schema }): [string, KnownPlugin] => [handler.name, pluginSchema(schema)]),
  ]);
  const names = settings.plugins.flatMap((name) => (name === 'bundled' ? [...NOT_EMULATED, ...bundled] : [name]));
  return new Map(
    names.map((name) => {
      const plugin = installed.get(name);
      if (!plugin) throw new Error(`${name} plugin is enabled but not installed`);
      return [name, plugin];
    }),
  );
}

function withSecrets(
  plugin: PluginEntity,
  known: ReadonlyMap<string, KnownPlugin>,
  { env, log }: RuntimeParts,
): PluginEntity {
  const record = known.get(plugin.name)?.record;
  if (!record) return plugin;
  return {
    ...plugin,
    config: resolveReferences(record, plugin.config, env, (message) => {
      log('warn', message);
    }),
  };
}

function logIgnored(ignored: readonly string[], plugins: readonly PluginEntity[], log: RuntimeParts['log']): void {
  const names = new Set(plugins.map(({ name }) => name).filter((name) => IGNORED.includes(name)));
  if (names.size > 0)
    log('warn', `the stand-in ignores these plugins, which it does not emulate: ${[...names].join(', ')}`);
  if (ignored.length > 0)
    log('warn', `the stand-in ignores these entities, which it does not emulate: ${ignored.join(', ')}`);
}
