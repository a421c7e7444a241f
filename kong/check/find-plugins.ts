import type { Path } from './finding';
import { isRecord } from './is-record';

/** A plugin in a declarative file, and the entities that contain it or that it names. */
export interface PluginEntry {
  readonly path: Path;
  readonly name: string;
  readonly entry: Readonly<Record<string, unknown>>;
  /** For each kind of entity that the plugin applies to: its name, id or position. */
  readonly scope: Readonly<Partial<Record<ScopeKind, string>>>;
}

/** A kind of entity that a plugin can apply to. */
export type ScopeKind = 'service' | 'route' | 'consumer' | 'consumer_group';

const LISTS: ReadonlyMap<string, ScopeKind> = new Map([
  ['services', 'service'],
  ['routes', 'route'],
  ['consumers', 'consumer'],
  ['consumer_groups', 'consumer_group'],
]);

/** Finds every plugin of a declarative file, at the top level and within entities. */
export function findPlugins(file: unknown): PluginEntry[] {
  return isRecord(file) ? pluginsIn(file, [], {}) : [];
}

function pluginsIn(parent: Readonly<Record<string, unknown>>, path: Path, scope: PluginEntry['scope']): PluginEntry[] {
  return Object.entries(parent).flatMap(([key, list]) => {
    if (!Array.isArray(list)) return [];
    const kind = LISTS.get(key);
    return list.flatMap((item: unknown, index): PluginEntry[] => {
      const at = [...path, key, index];
      if (!isRecord(item)) return [];
      if (key === 'plugins') return entryOf(item, at, scope);
      return kind ? pluginsIn(item, at, { ...scope, [kind]: nameOf(item) ?? `number ${index + 1}` }) : [];
    });
  });
}

function entryOf(entry: Readonly<Record<string, unknown>>, path: Path, scope: PluginEntry['scope']): PluginEntry[] {
  const { name } = entry;
  if (typeof name !== 'string') return [];
  const bound: Partial<Record<ScopeKind, string>> = { ...scope };
  for (const kind of LISTS.values()) {
    const target = entry[kind];
    const named = isRecord(target) ? nameOf(target) : target;
    if (typeof named === 'string') bound[kind] = named;
  }
  return [{ path, name, entry, scope: bound }];
}

function nameOf(entity: Readonly<Record<string, unknown>>): string | undefined {
  const name = entity['name'] ?? entity['username'] ?? entity['id'];
  return typeof name === 'string' ? name : undefined;
}
