import { readFileSync } from 'node:fs';

const GROUPS_FILE = '/etc/group';

/**
 * The id of a group given by its number or by its name in `/etc/group` (group(5)); undefined for an unknown name.
 * A group of a directory service must be given by its number.
 */
export function groupIdOf(group: string, groupsFile = GROUPS_FILE): number | undefined {
  if (/^\d{1,10}$/.test(group)) return Number(group);
  if (group === '' || group.includes(':')) return undefined;
  let text: string;
  try {
    text = readFileSync(groupsFile, 'utf8');
  } catch {
    return undefined;
  }
  const [, , id] =
    text
      .split('\n')
      .find((line) => line.startsWith(`${group}:`))
      ?.split(':') ?? [];
  return id !== undefined && /^\d+$/.test(id) ? Number(id) : undefined;
}
