import { partsOf, type Plugin } from '../pdk';
import type { PluginEntry, ScopeKind } from './find-plugins';
import type { Finding } from './finding';
import { isRecord } from './is-record';

/** A plugin that runs for some requests: an entry of its own, or a section of a composed plugin. */
interface Use {
  readonly name: string;
  readonly by: PluginEntry;
}

const KINDS: readonly ScopeKind[] = ['service', 'route', 'consumer', 'consumer_group'];

/**
 * Finds plugins that are configured both on their own and as a section of a composed plugin, for requests that both apply
 * to: they would run twice.
 */
export function checkOverlap(entries: readonly PluginEntry[], byName: ReadonlyMap<string, Plugin>): Finding[] {
  const sections = entries.flatMap((entry) => sectionsOf(entry, byName.get(entry.name)));
  return entries.flatMap((entry) => {
    const section = sections.find(({ name, by }) => name === entry.name && mayMeet(by, entry));
    if (!section) return [];
    const problem = `${entry.name} is also a section of ${section.by.name} for the same requests, and would run twice`;
    const fix = `remove it here, or remove the section from ${section.by.name}`;
    return [{ severity: 'error' as const, path: entry.path, problem, fix }];
  });
}

function sectionsOf(by: PluginEntry, plugin: Plugin | undefined): Use[] {
  const config = by.entry['config'];
  if (!plugin || !('parts' in plugin) || !isRecord(config)) return [];
  return partsOf(plugin).flatMap(({ name }) => (isRecord(config[name]) ? [{ name, by }] : []));
}

/** False only if the scopes name different entities of one kind, so that no request matches both. */
export function mayMeet({ scope: a }: PluginEntry, { scope: b }: PluginEntry): boolean {
  return KINDS.every((kind) => a[kind] === undefined || b[kind] === undefined || a[kind] === b[kind]);
}
