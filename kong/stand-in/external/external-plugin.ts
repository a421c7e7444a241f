import { bindPdk, bindSavedPdk } from '../pdk/table';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler, Step } from '../request/plugin-handler';
import type { ConnectionPool } from '../rpc/connection-pool';
import type { RunningInstances } from '../rpc/instances';
import { MpRpc } from '../rpc/mp-rpc';
import { PbRpc } from '../rpc/pb-rpc';
import type { Description } from './describe';

/** The connections and instances of one worker. */
export interface WorkerLinks {
  readonly pool: ConnectionPool;
  readonly instances: RunningInstances;
}

/**
 * The handler of a plugin in a plugin server (`plugin_servers/plugin.lua`). Its log phase runs after the request, with
 * saved data. Throws for a protocol that Kong does not support.
 */
export function externalPlugin(
  description: Description,
  workers: readonly WorkerLinks[],
  log: (level: string, message: string) => void,
): PluginHandler {
  const { name, priority, version, phases, protocol, server } = description;
  if (protocol !== 'MsgPack:1' && protocol !== 'ProtoBuf:1') {
    throw new Error(`unknown protocol implementation: ${protocol}`);
  }
  const Rpc = protocol === 'ProtoBuf:1' ? PbRpc : MpRpc;
  const clients = workers.map(
    ({ pool, instances }) =>
      new Rpc({
        socket: server.socket,
        plugin: name,
        pool,
        instances,
        log: (level, message) => {
          log(level, `[${name}] ${message}`);
        },
      }),
  );
  const event = async (x: Exchange, config: PluginConfig, phase: string): Promise<Step> =>
    clients[x.worker]?.handleEvent(config, phase, phase === 'log' ? bindSavedPdk(x) : bindPdk(x));
  return {
    name,
    priority,
    version,
    ...(phases.includes('rewrite') && { rewrite: (x: Exchange, config: PluginConfig) => event(x, config, 'rewrite') }),
    ...(phases.includes('access') && { access: (x: Exchange, config: PluginConfig) => event(x, config, 'access') }),
    ...(phases.includes('response') && {
      response: (x: Exchange, config: PluginConfig) => event(x, config, 'response'),
    }),
    ...(phases.includes('log') && {
      log: async (x: Exchange, config: PluginConfig) => {
        await event(x, config, 'log');
      },
    }),
  };
}
