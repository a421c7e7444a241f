import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'operations-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const script = (name: string, ...args: string[]) =>
  spawnSync(join(ROOT, 'examples/operations', name), args, { encoding: 'utf8', cwd: folder });

it('a backup is restored: the same files, and what was there before is kept', () => {
  const file = join(folder, 'backup.tar.gz');
  expect(script('backup.sh', file)).toMatchObject({ status: 0, stdout: `${file}\n` });
  // It contains secrets.
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(script('backup.sh', file)).toMatchObject({ status: 1, stderr: `backup.sh: ${file} exists\n` });

  const target = join(folder, 'restored');
  expect(script('restore.sh', file, target).status).toBe(0);
  for (const name of ['kong/kong.yml', 'kong/kong.conf', 'kong/profiles/redis.yml', 'docker/compose.yml']) {
    expect(readFileSync(join(target, name), 'utf8')).toBe(readFileSync(join(ROOT, name), 'utf8'));
  }
  writeFileSync(join(target, 'kong/kong.conf'), 'changed');
  expect(script('restore.sh', file, target)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('replaced kong/kong.conf\n') as string,
  });
  expect(readFileSync(join(target, 'kong/kong.conf.before'), 'utf8')).toBe('changed');
  expect(existsSync(join(target, 'kong/kong.yml.before'))).toBe(false);
}, 30_000);

it('a backup whose kong.yml is not valid is not restored', () => {
  const wrong = mkdtempSync(join(folder, 'wrong-'));
  spawnSync('mkdir', ['-p', join(wrong, 'kong'), join(wrong, 'docker'), join(wrong, 'volumes')]);
  writeFileSync(join(wrong, 'kong/kong.yml'), 'plugins: [{ name: mcp-validator, config: { mode: x } }]\n');
  const file = join(folder, 'wrong.tar.gz');
  spawnSync('tar', ['-czf', file, '-C', wrong, 'kong', 'docker', 'volumes']);
  const target = join(folder, 'nothing');
  const { status, stderr } = script('restore.sh', file, target);
  expect([status, stderr]).toEqual([1, expect.stringContaining('nothing was restored')]);
  expect(existsSync(target)).toBe(false);
}, 30_000);

it('a load test says how it is used', () => {
  expect(script('load.sh')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('usage: load.sh wrk|ab|k6') as string,
  });
});
