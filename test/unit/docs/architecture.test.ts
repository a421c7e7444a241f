import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Folders and files that `docs/architecture.md` names as code, without placeholders. */
const paths = [...read('docs/architecture.md').matchAll(/`((?:plugins|kong|docker|test|docs)\/[\w./-]*)`/g)].map(
  ([, path]) => path!,
);

it('names the folders of the repository', () => {
  expect(paths.length).toBeGreaterThan(20);
});

it.each([...new Set(paths)])('%s exists', (path) => {
  expect(existsSync(join(root, path))).toBe(true);
});

it('lists every decision', () => {
  const index = read('docs/decisions/README.md');
  const pages = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
  expect(pages.length).toBeGreaterThan(10);
  for (const [at, page] of pages.entries()) {
    expect(page.startsWith(String(at + 1).padStart(4, '0'))).toBe(true);
    expect(index).toContain(`[${at + 1}](${page})`);
    expect(read(`docs/decisions/${page}`)).toMatch(new RegExp(`^# ${at + 1}\\. `));
  }
});
