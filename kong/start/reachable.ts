import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What every other user needs of a folder to reach what is in it. */
const OTHERS_ENTER = 0o001;

/** The first folder on the way to this one that other users may not enter; undefined where there is none. */
export function closedFolder(folder: string): string | undefined {
  const path = resolve(folder);
  const parent = dirname(path);
  const above = parent === path ? undefined : closedFolder(parent);
  return above ?? ((statSync(path).mode & OTHERS_ENTER) === 0 ? path : undefined);
}
