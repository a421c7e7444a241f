import { createHash } from 'node:crypto';
import type { Plugin, Scope } from '../pdk';

/** A config as Kong sends it: the declared fields, and members that Kong adds to identify the plugin entity. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Members that Kong adds to a config and that do not change the behaviour of the plugin. */
const ADDED_BY_KONG = new Set(['__plugin_id', '__key__', '__seq__', '__ws_id', 'plugin_instance_name']);

/**
 * A key that is equal for two configs of the same plugin entity with the same content.
 *
 * Kong numbers the same configuration differently in each worker (`__seq__`) and gives an unnamed plugin a new id at
 * each reload (`__plugin_id`), so the key consists of the scope (`__key__`: plugin, route, service, consumer) and the
 * content, whatever the order of its members.
 */
export function identityOf(plugin: Plugin, raw: RawConfig): string {
  const content = Object.entries(raw).filter(([name]) => !ADDED_BY_KONG.has(name));
  const text = JSON.stringify(Object.fromEntries(content), (_key, value: unknown) => sorted(value));
  const scope = raw['__key__'] ?? raw['__plugin_id'] ?? '';
  return JSON.stringify([plugin.name, scope, createHash('sha256').update(text).digest('base64url')]);
}

/** Lua tables have no order: two workers may send the members of the same config in different orders. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The entities to which Kong applies the config. */
export function scopeOf({ service_id, route_id, consumer_id }: RawConfig): Scope {
  return {
    ...(typeof service_id === 'string' && { serviceId: service_id }),
    ...(typeof route_id === 'string' && { routeId: route_id }),
    ...(typeof consumer_id === 'string' && { consumerId: consumer_id }),
  };
}
