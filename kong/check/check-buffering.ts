import type { PluginEntry } from './find-plugins';
import type { Finding, Path } from './finding';
import { isRecord } from './is-record';

/**
 * Warns when a plugin of the suite applies to a service whose routes buffer responses, which is Kong's default: nginx then
 * delays the end of each write until more follows, and streams stall.
 */
export function checkBuffering(file: unknown, ours: readonly PluginEntry[]): Finding[] {
  const routes = routesOf(file);
  const isGlobal = ours.some(({ scope }) => Object.keys(scope).length === 0);
  const services = new Set(ours.flatMap(({ scope }) => (scope.service === undefined ? [] : [scope.service])));
  const names = new Set(ours.flatMap(({ scope }) => (scope.route === undefined ? [] : [scope.route])));
  return routes
    .filter(({ route, service }) => route['response_buffering'] !== false && isConcerned(route, service))
    .map(({ path }) => ({
      severity: 'warning',
      path,
      problem: 'response_buffering is not false, so streamed responses are held back',
      fix: 'add response_buffering: false to the route',
    }));

  function isConcerned(route: Readonly<Record<string, unknown>>, service: string | undefined): boolean {
    return isGlobal || (service !== undefined && services.has(service)) || names.has(String(route['name']));
  }
}

interface FoundRoute {
  readonly path: Path;
  readonly route: Readonly<Record<string, unknown>>;
  readonly service: string | undefined;
}

/** The routes of a file: those within services, and those at the top level. */
function routesOf(file: unknown): FoundRoute[] {
  const inServices = itemsOf(file, 'services', []).flatMap(({ item, path }) =>
    itemsOf(item, 'routes', path).map(({ item: route, path: at }) => ({
      route,
      path: at,
      service: stringOf(item['name']),
    })),
  );
  const atTopLevel = itemsOf(file, 'routes', []).map(({ item: route, path }) => {
    const { service } = route;
    const named = isRecord(service) ? (service['name'] ?? service['id']) : service;
    return { route, path, service: stringOf(named) };
  });
  return [...inServices, ...atTopLevel];
}

function itemsOf(parent: unknown, key: string, path: Path) {
  const list = isRecord(parent) ? parent[key] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) => (isRecord(item) ? [{ item, path: [...path, key, index] }] : []));
}

const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
