import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const repository = join(__dirname, '..', '..', '..');
const root = mkdtempSync(join(tmpdir(), 'import-cycle-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Lints files of a project with this rule alone, in a process of its own: ESLint is an ES module. */
function reportsOf(files: Readonly<Record<string, string>>): string[] {
  mkdirSync(join(root, 'src'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'src', name), text);
  const script = `
    import { Linter } from ${JSON.stringify(pathToFileURL(require.resolve('eslint')).href)};
    import tseslint from ${JSON.stringify(pathToFileURL(require.resolve('typescript-eslint')).href)};
    import { noImportCycle } from ${JSON.stringify(pathToFileURL(join(repository, 'eslint/no-import-cycle.mjs')).href)};
    import { readFileSync } from 'node:fs';
    const config = [{
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser },
      plugins: { local: { rules: { 'no-import-cycle': noImportCycle(${JSON.stringify(root)}, ['src']) } } },
      rules: { 'local/no-import-cycle': 'error' },
    }];
    const reports = ${JSON.stringify(Object.keys(files))}.flatMap((name) => {
      const filename = ${JSON.stringify(join(root, 'src'))} + '/' + name;
      const linter = new Linter({ cwd: ${JSON.stringify(root)} });
      return linter.verify(readFileSync(filename, 'utf8'), config, { filename }).map(({ message }) => name + ': ' + message);
    });
    process.stdout.write(JSON.stringify(reports));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  ) as string[];
}

it('reports a cycle that only types close, and nothing outside of it', () => {
  const reports = reportsOf({
    'a.ts': "import type { B } from './b';\nexport type A = B;",
    'b.ts': "import type { A } from './a';\nexport type B = A;",
    'c.ts': "import type { A } from './a';\nexport type C = A;",
  });
  expect(reports).toEqual([
    expect.stringMatching(/^a\.ts: part of an import cycle: /),
    expect.stringMatching(/^b\.ts: part of an import cycle: /),
  ]);
});
