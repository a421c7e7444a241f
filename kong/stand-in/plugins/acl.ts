import { KONG_VERSION } from '../kong-version';
import { luaToString } from '../lua/value';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler, Step } from '../request/plugin-handler';
import { configSchema, flag, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly hide_groups_header: boolean;
  readonly always_use_authenticated_groups: boolean;
}

const handler: PluginHandler = {
  name: 'acl',
  priority: 950,
  version: KONG_VERSION,

  access(x, given) {
    const config = given as Config;
    const isDenying = (config.deny?.length ?? 0) > 0;
    const reject = (): Step => (x.credential ? x.error(403, 'You cannot consume this service') : x.error(401));
    const consumerId = x.consumer?.['id'];
    const shared = x.environment.sharedContexts.getShared(x.id, 'authenticated_groups');
    const authenticated = Array.isArray(shared) ? (shared as string[]) : undefined;
    const usesAuthenticated =
      authenticated !== undefined &&
      (consumerId === undefined || !x.credential || config.always_use_authenticated_groups);
    if (consumerId === undefined && !usesAuthenticated) return reject();
    const own = usesAuthenticated
      ? authenticated
      : x.environment.lookups.groups.get(luaToString(consumerId))?.map(({ group }) => group);
    if (!own && !isDenying) return reject();
    const groups = own ?? [];
    const listed = (isDenying ? config.deny : config.allow) ?? [];
    if (groups.some((group) => listed.includes(group)) === isDenying) {
      return x.error(403, 'You cannot consume this service');
    }
    if (!config.hide_groups_header) {
      x.headers.set(usesAuthenticated ? 'X-Authenticated-Groups' : 'X-Consumer-Groups', groups.join(', ') || ' ');
    }
    return undefined;
  },
};

const groups = { type: 'array', elements: { type: 'string' } };

/** Allows or rejects consumers by their groups (`plugins/acl/handler.lua`). */
export const acl: BundledPlugin = {
  handler,
  schema: configSchema(
    [
      { allow: groups },
      { deny: groups },
      { hide_groups_header: flag(false) },
      { always_use_authenticated_groups: flag(false) },
    ],
    { noConsumer: true, entityChecks: [{ only_one_of: ['config.allow', 'config.deny'] }] },
  ),
};
