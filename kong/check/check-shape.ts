import type { Finding, Path } from './finding';
import { isRecord } from './is-record';

/** The lists that can contain plugins, at any depth. */
const LISTS = new Set(['plugins', 'services', 'routes', 'consumers', 'consumer_groups']);

/**
 * Checks that a file has the shape of Kong's configuration wherever plugins may be. Kong rejects any other shape, and other
 * checks would not find the plugins.
 */
export function checkShape(file: unknown): Finding[] {
  // An empty file is valid.
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

/** An empty list and an empty map are the same table in Lua. */
const isEmptyTable = (list: unknown): boolean => isRecord(list) && Object.keys(list).length === 0;

const wrong = (path: Path, expected: string): Finding => ({
  severity: 'error',
  path,
  problem: `expected ${expected}`,
  fix: `write ${expected} here, or remove it`,
});
