import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../../prerequisites.mjs');
const folder = mkdtempSync(join(tmpdir(), 'prerequisites-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the check with only these commands on PATH. */
function check(...commands: readonly string[]): { status: number | null; lines: string[] } {
  for (const command of commands) {
    writeFileSync(join(folder, command), '');
    chmodSync(join(folder, command), 0o755);
  }
  const { status, stderr } = spawnSync(process.execPath, [script], { env: { PATH: folder }, encoding: 'utf8' });
  return { status, lines: stderr.split('\n').filter((line) => line !== '') };
}

it('names in one line what npm test is missing, and how to install it', () => {
  const { status, lines } = check();
  expect(status).toBe(1);
  expect(lines).toEqual([
    'npm test needs redis-server, prometheus, promtool, openssl on PATH: ' +
      '`apt-get install redis-server prometheus openssl` on Debian, `brew install redis prometheus openssl` on macOS',
  ]);
});

it('prints nothing if nothing is missing', () => {
  expect(check('redis-server', 'prometheus', 'promtool', 'openssl')).toEqual({ status: 0, lines: [] });
});

it('is the first step of npm test', () => {
  const { scripts } = jest.requireActual<{ scripts: { test: string } }>('../../../package.json');
  expect(scripts.test).toMatch(/^node test\/prerequisites\.mjs && /);
});
