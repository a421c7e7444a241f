import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(__dirname, '../../docs/guide-queries.md');

/** The queries in the right column of docs/guide-queries.md: `Same` stands for the one on the left. */
export function guideQueries(): string[] {
  const [table = ''] = readFileSync(page, 'utf8').split('## Without equivalent');
  return [...table.matchAll(/^\| `(.+?)` \| (?:Same|`(.+?)`)/gm)].map(([, there = '', here]) =>
    (here ?? there).replaceAll('\\|', '|'),
  );
}
