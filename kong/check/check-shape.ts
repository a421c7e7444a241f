import type { Finding, Path } from './finding';
import { isRecord } from './is-record';

/** The lists in which plugins can stand, at any depth. */
const LISTS = new Set(['plugins', 'services', 'routes', 'consumers', 'consumer_groups']);

/**
 * Whether a file has the shape of Kong's configuration wherever plugins may stand. What has not would hide them from every
 * other check, and Kong refuses it.
 */
export function checkShape(file: unknown): Finding[] {
  // An empty file has nothing wrong in it.
  return file === null || file === undefined ? [] : shapeOf(file, []);
}

function shapeOf(entity: unknown, path: Path): Finding[] {
  if (!isRecord(entity)) return [wrong(path, 'a map of keys and values')];
  return Object.entries(entity).flatMap(([key, list]) => {
    if (!LISTS.has(key) || list === null || isEmptyTable(list)) return [];
    const at = [...path, key];
    if (!Array.isArray(list)) return [wrong(at, 'a list')];
    return list.flatMap((item: unknown, index): Finding[] => {
      const here = [...at, index];
      // A consumer also names its groups.
      if (key !== 'plugins') return path.length > 0 && typeof item === 'string' ? [] : shapeOf(item, here);
      if (!isRecord(item)) return [wrong(here, 'a map of keys and values')];
      return typeof item['name'] === 'string' ? [] : [wrong([...here, 'name'], 'the name of a plugin')];
    });
  });
}

/** Without entries, Lua has one table for a list and a map. */
const isEmptyTable = (list: unknown): boolean => isRecord(list) && Object.keys(list).length === 0;

const wrong = (path: Path, expected: string): Finding => ({
  severity: 'error',
  path,
  problem: `expected ${expected}`,
  fix: `write ${expected} here, or remove it`,
});
