import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** The compiled program, built by `npm run build`. */
const PROGRAM = resolve('dist/plugins/main.js');
const folder = mkdtempSync(join(tmpdir(), 'config-command-'));
const file = (...names: string[]): string => join(folder, ...names);

async function build(out: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    [PROGRAM, 'config', 'build', '--base', file('kong.yml'), '--out', out, ...args],
    {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

beforeAll(() => {
  mkdirSync(file('profiles'));
  for (const [name, text] of Object.entries({
    'kong.yml':
      '_format_version: "3.0"\nservices:\n  - name: calc\n    url: http://${HOST:-localhost}:8100\n    plugins: [{ name: mcp-validator }]\n',
    'profiles/strict.yml':
      'services:\n  - name: calc\n    plugins: [{ name: mcp-validator, config: { mode: report } }]\n',
    'profiles/prod.yml': 'services:\n  - name: calc\n    retries: ${RETRIES}\n',
    'profiles/wrong.yml': 'services:\n  - name: calc\n    retries: 1\n  - name: clac\n    retries: 1\n',
    'kept.yml': 'as it was\n',
  })) {
    writeFileSync(file(name), text);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('builds a file, or reports file and line of each error and leaves the old file as it was', async () => {
  const [built, wrong, unset, nowhere, missing] = await Promise.all([
    build(file('built.yml'), ['--with', 'strict', '--env', 'prod'], { RETRIES: '2' }),
    build(file('kept.yml'), ['--with', 'strict,wrong']),
    build(file('kept.yml'), ['--env', 'prod']),
    build(file('no', 'such', 'folder.yml'), []),
    build(file('kept.yml'), ['--with', 'nobody']),
  ]);
  expect(built).toEqual({ code: 0, stdout: '', stderr: expect.not.stringContaining('error') as string });
  expect(parse(readFileSync(file('built.yml'), 'utf8'))).toEqual({
    _format_version: '3.0',
    services: [
      {
        name: 'calc',
        url: 'http://localhost:8100',
        plugins: [{ name: 'mcp-validator', config: { mode: 'report' } }],
        retries: 2,
      },
    ],
  });
  expect([wrong.code, wrong.stdout]).toEqual([1, '']);
  expect(wrong.stderr).toContain(`${file('profiles', 'wrong.yml')}:4: error: `);
  expect(wrong.stderr).toContain('the base has no service clac. Fix: did you mean calc?');
  expect([unset.code, unset.stdout]).toEqual([1, '']);
  expect(unset.stderr).toContain(`${file('profiles', 'prod.yml')}:3: error: `);
  expect(unset.stderr).toContain('the variable RETRIES has no value');
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('error: cannot write ')]);
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining(file('profiles', 'nobody.yml'))]);
  expect(readFileSync(file('kept.yml'), 'utf8')).toBe('as it was\n');
  expect(readdirSync(folder).sort()).toEqual(['built.yml', 'kept.yml', 'kong.yml', 'profiles']);
});
