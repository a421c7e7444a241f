import type { Balancer } from '../balancer/balancer';
import type { Entities, PluginEntity, Service, Consumer, KeyAuth, Acl } from '../config/model';
import type { Settings } from '../config/settings';
import type { LuaMachine } from '../lua/machine';
import type { Exchange } from '../request/exchange';
import type { PluginConfig, PluginHandler } from '../request/plugin-handler';
import type { PluginsIterator } from '../request/plugins-iterator';
import type { Router } from '../routing/router';
import type { AddressOf } from './hosts-file';
import type { UpstreamAgents } from './upstream-agents';

/** A plugin with the configuration that counts for a request. */
export interface PluginRun {
  readonly handler: PluginHandler;
  readonly config: PluginConfig;
}

/** Everything made from one version of the configuration; a reload makes another, requests keep theirs. */
export interface Runtime {
  readonly settings: Settings;
  readonly entities: Entities;
  readonly router: Router;
  /** One for each worker: they hand out their own `__seq__`. */
  readonly iterators: readonly PluginsIterator[];
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly lua: LuaMachine<Exchange>;
  readonly nodeId: string;
  readonly agents: UpstreamAgents;
  readonly addressOf: AddressOf;
  readonly lookups: Lookups;
  log(level: string, message: string): void;
}

/** Entities by the keys that plugins look them up with. */
export interface Lookups {
  readonly services: ReadonlyMap<string, Service>;
  readonly consumers: ReadonlyMap<string, Consumer>;
  readonly consumersByName: ReadonlyMap<string, Consumer>;
  readonly keys: ReadonlyMap<string, KeyAuth>;
  readonly groups: ReadonlyMap<string, readonly Acl[]>;
  readonly plugins: readonly PluginEntity[];
}

/** Indexes the entities of a file. */
export function lookupsOf(entities: Entities): Lookups {
  const groups = new Map<string, Acl[]>();
  for (const acl of entities.acls) groups.set(acl.consumer.id, [...(groups.get(acl.consumer.id) ?? []), acl]);
  return {
    services: new Map(entities.services.map((service) => [service.id, service])),
    consumers: new Map(entities.consumers.map((consumer) => [consumer.id, consumer])),
    consumersByName: new Map(
      entities.consumers.flatMap((consumer) =>
        consumer.username === undefined ? [] : [[consumer.username, consumer]],
      ),
    ),
    keys: new Map(entities.keyauth_credentials.map((credential) => [credential.key, credential])),
    groups,
    plugins: entities.plugins,
  };
}
