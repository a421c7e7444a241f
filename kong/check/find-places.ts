import type { PluginEntry } from './find-plugins';
import { isRecord } from './is-record';

/** Requests that Kong treats alike: those of one route, or of a service whose routes the file does not have. */
export interface Place {
  readonly service?: string;
  readonly route?: string;
}

/** Finds the routes of a declarative file, in their services and at the top level, and the services without routes. */
export function findPlaces(file: unknown): Place[] {
  if (!isRecord(file)) return [];
  const own = entitiesIn(file, 'services').flatMap((service): Place[] => {
    const name = nameOf(service);
    const routes = entitiesIn(service, 'routes').map((route) => placeOf(name, nameOf(route)));
    return routes.length > 0 ? routes : [placeOf(name, undefined)];
  });
  const others = entitiesIn(file, 'routes').map((route) => {
    const { service } = route;
    return placeOf(isRecord(service) ? nameOf(service) : textOf(service), nameOf(route));
  });
  const withRoutes = new Set(others.map(({ service }) => service));
  return [...own.filter(({ service, route }) => route !== undefined || !withRoutes.has(service)), ...others];
}

/** Whether a plugin runs for the requests of a place, as far as services and routes decide that. */
export const appliesAt = ({ scope }: PluginEntry, { service, route }: Place): boolean =>
  (scope.service === undefined || scope.service === service) && (scope.route === undefined || scope.route === route);

/** Whether Kong runs this entry of a plugin at a place, and not a more specific one of the same plugin. */
export function runsAt(entry: PluginEntry, place: Place, entries: readonly PluginEntry[]): boolean {
  if (!appliesAt(entry, place)) return false;
  return !entries.some(
    (other) => other.name === entry.name && appliesAt(other, place) && rankOf(other) > rankOf(entry) && isForAll(other),
  );
}

/** A route is more specific than a service. */
const rankOf = ({ scope: { route, service } }: PluginEntry): number =>
  (route === undefined ? 0 : 2) + (service === undefined ? 0 : 1);

const isForAll = ({ scope: { consumer, consumer_group } }: PluginEntry): boolean =>
  consumer === undefined && consumer_group === undefined;

const placeOf = (service: string | undefined, route: string | undefined): Place => ({
  ...(service !== undefined && { service }),
  ...(route !== undefined && { route }),
});

const entitiesIn = (parent: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>>[] => {
  const list = parent[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const nameOf = ({ name, id }: Readonly<Record<string, unknown>>): string | undefined => textOf(name ?? id);
