import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guideQueries } from '../../support/guide-queries';
import { selectorsOf } from '../../support/promql';

const docs = join(__dirname, '../../../docs');
const PAGES = [
  'coverage',
  'migration',
  'production',
  'upgrade',
  'capacity',
  'profiles',
  'guide-queries',
  'topologies',
  'kubernetes',
  'delivery',
] as const;
const textOf = (page: string): string => readFileSync(join(docs, `${page}.md`), 'utf8');

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
const anchorsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));

const rows = textOf('coverage')
  .split('\n')
  .filter((line) => /^\| [KLMEA]( [KLMEA])* \|/.test(line));

it.each(PAGES)('every link of %s.md leads to a file of the repository, and to a heading of it', (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  for (const [, path = '', anchor] of links) {
    const file = path === '' ? join(docs, `${page}.md`) : join(docs, path);
    expect([path, existsSync(file)]).toEqual([path, true]);
    if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
  }
});

it('says for every promise where it is, or that it is not here and why', () => {
  expect(rows.length).toBeGreaterThan(80);
  for (const row of rows) {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    expect([row, cells.length]).toEqual([row, 5]);
    expect(cells[3]).toMatch(/\]\(|\*[Nn]o\*.*:|^Not needed|bundled/);
  }
});

it('has a query in PromQL for every one of the guides, but for those without equivalent', () => {
  const queries = guideQueries();
  expect(queries).toHaveLength(textOf('guide-queries').split('## Without')[0]!.match(/^\| `/gm)!.length);
  expect(queries.length).toBeGreaterThan(30);
  for (const query of queries) expect(selectorsOf(query).length).toBeGreaterThan(0);
});
