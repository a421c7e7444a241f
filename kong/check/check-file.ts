import type { Plugin } from '../pdk';
import { checkAuth } from './check-auth';
import { checkBuffering } from './check-buffering';
import { checkHttpLog } from './check-http-log';
import { checkOverlap } from './check-overlap';
import { checkPlugin } from './check-plugin';
import { checkShape } from './check-shape';
import { closest } from './closest';
import { findPlaces } from './find-places';
import { findPlugins, type PluginEntry } from './find-plugins';
import type { Finding } from './finding';
import type { DescribedPhases } from './read-descriptions';

/**
 * Checks the configurations of a suite's plugins in a parsed declarative file of Kong, and the routes that they apply to.
 *
 * @param described the phases that Kong calls, where they are known
 */
export function checkFile(file: unknown, plugins: readonly Plugin[], described?: DescribedPhases): Finding[] {
  const shape = checkShape(file);
  if (shape.length > 0) return shape;
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const entries = findPlugins(file);
  const ours = entries.filter(({ name }) => byName.has(name));
  if (ours.length === 0) return [...checkNames(entries, byName), ...checkHttpLog(entries), nothingFound(plugins)];
  return [
    ...ours.flatMap((entry) => {
      const plugin = byName.get(entry.name);
      return plugin ? checkPlugin(plugin, entry, described?.get(plugin.name)) : [];
    }),
    ...checkNames(entries, byName),
    ...checkTwice(ours),
    ...checkOverlap(ours, byName),
    ...checkBuffering(file, ours),
    ...checkHttpLog(entries),
    ...checkAuth(entries, findPlaces(file)),
  ];
}

const nothingFound = (plugins: readonly Plugin[]): Finding => ({
  severity: 'warning',
  path: [],
  problem: `no plugin of this suite is in the file`,
  fix: `add one of: ${plugins.map(({ name }) => name).join(', ')}`,
});

/** Kong may have plugins that this program does not know; only a name similar to one of the suite is reported. */
function checkNames(entries: readonly PluginEntry[], known: ReadonlyMap<string, Plugin>): Finding[] {
  return entries.flatMap(({ name, path }) => {
    const meant = known.has(name) ? undefined : closest(name, [...known.keys()]);
    if (meant === undefined) return [];
    const problem = `unknown plugin "${name}"`;
    return [{ severity: 'warning', path: [...path, 'name'], problem, fix: `did you mean "${meant}"?` }];
  });
}

/** Kong allows a plugin once for each combination of service, route and consumer. */
function checkTwice(ours: readonly PluginEntry[]): Finding[] {
  const seen = new Set<string>();
  return ours.flatMap(({ name, scope, path }) => {
    const scopeKey = JSON.stringify([name, scope.service, scope.route, scope.consumer, scope.consumer_group]);
    if (!seen.has(scopeKey)) {
      seen.add(scopeKey);
      return [];
    }
    const problem = `${name} is configured twice for the same scope`;
    return [{ severity: 'error', path, problem, fix: 'keep one of the two' }];
  });
}
