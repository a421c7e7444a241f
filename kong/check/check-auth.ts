import { mayMeet } from './check-overlap';
import { appliesAt, runsAt, type Place } from './find-places';
import type { PluginEntry } from './find-plugins';
import type { Finding, Path } from './finding';
import { isRecord } from './is-record';

/** A configuration of a plugin: an entry of its own, or a section of another plugin. */
interface Use {
  readonly by: PluginEntry;
  readonly path: Path;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The value that seals a session id, in the snippet `kong/lua/seal-session.lua`. */
const SEAL_KEY = 'mcp_session_key';

/**
 * Warns of what rejects every request because its counterpart is missing: access rules of mcp-validator for requests that
 * no mcp-auth applies to, and sealed sessions without the function that seals them. Report mode for all services, which
 * would let strangers reach each of them, is an error.
 *
 * @param places of the file that has the entries
 */
export function checkAuth(entries: readonly PluginEntry[], places: readonly Place[]): Finding[] {
  const authenticators = usesOf('mcp-auth', entries);
  const seals = entries.filter(isSeal);
  const isAuthenticated = (place: Place): boolean => authenticators.some(({ by }) => runsAt(by, place, entries));
  const unauthenticated = usesOf('mcp-validator', entries)
    .filter(({ config: { access } }) => hasRules(access))
    .flatMap(({ by, path }) => {
      const all = placesOf(by, places, entries);
      const open = all.filter((place) => !isAuthenticated(place));
      return open.length > 0 ? [{ path, where: open.length < all.length ? open : [] }] : [];
    });
  const forAll = authenticators.filter(
    ({ by: { scope }, config }) =>
      config['mode'] === 'report' && scope.service === undefined && scope.route === undefined,
  );
  const unsealed = authenticators
    .filter(({ config }) => config['session_binding'] === 'sealed')
    .filter(({ by }) => !seals.some((one) => mayMeet(one, by)));
  return [
    ...unauthenticated.map(({ path, where }) => ({
      severity: 'warning' as const,
      path: [...path, 'access'],
      problem: `no mcp-auth applies to ${shown(where)}, so whatever the rules match is rejected`,
      fix: 'add mcp-auth to the same service or route',
    })),
    ...forAll.map(({ path }) => ({
      severity: 'error' as const,
      path: [...path, 'mode'],
      problem: 'report lets strangers pass, so it needs a service or a route',
      fix: 'configure the plugin on one service or route',
    })),
    ...unsealed.map(({ path }) => ({
      severity: 'warning' as const,
      path: [...path, 'session_binding'],
      problem: 'no function seals the session ids of the server, so every session ends with status 404',
      fix: 'add kong/lua/seal-session.lua as header_filter of a pre-function to the same service or route',
    })),
  ];
}

/** Where a plugin runs; its own scope if the file has no such route. */
function placesOf(by: PluginEntry, places: readonly Place[], entries: readonly PluginEntry[]): readonly Place[] {
  const { service, route } = by.scope;
  const known = places.filter((place) => appliesAt(by, place));
  if (known.length > 0) return known.filter((place) => runsAt(by, place, entries));
  return [{ ...(service !== undefined && { service }), ...(route !== undefined && { route }) }];
}

const shown = (places: readonly Place[]): string => {
  if (places.length === 0) return 'these requests';
  const names = places.map(({ service, route }) => route ?? service ?? 'without a name');
  return `the requests of the route${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
};

function usesOf(name: string, entries: readonly PluginEntry[]): Use[] {
  return entries.flatMap((by) => {
    const config = isRecord(by.entry['config']) ? by.entry['config'] : {};
    const path = [...by.path, 'config'];
    if (by.name === name) return [{ by, path, config }];
    const section = by.name === 'mcp-guard' ? config[name] : undefined;
    return isRecord(section) ? [{ by, path: [...path, name], config: section }] : [];
  });
}

const hasRules = (access: unknown): boolean =>
  isRecord(access) && ((Array.isArray(access['rules']) && access['rules'].length > 0) || access['default'] === 'deny');

function isSeal({ name, entry: { config } }: PluginEntry): boolean {
  if ((name !== 'pre-function' && name !== 'post-function') || !isRecord(config)) return false;
  const functions = config['header_filter'];
  return Array.isArray(functions) && functions.some((text) => typeof text === 'string' && text.includes(SEAL_KEY));
}
