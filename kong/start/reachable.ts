import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The permission that other users need to enter a folder. */
const OTHERS_ENTER = 0o001;

/** The first folder on the path to this one that other users cannot enter; undefined when there is none. */
export function closedFolder(folder: string): string | undefined {
  const path = resolve(folder);
  const parent = dirname(path);
  const above = parent === path ? undefined : closedFolder(parent);
  return above ?? ((statSync(path).mode & OTHERS_ENTER) === 0 ? path : undefined);
}
