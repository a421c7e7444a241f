import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDirectory } from '../../../../kong/plugin-server/socket-directory';

const folder = mkdtempSync(join(tmpdir(), 'socket-directory-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function directory(name: string, modes: readonly number[]): string {
  let path = folder;
  modes.forEach((mode, index) => {
    path = join(path, `${name.replaceAll('/', '')}-${index}`);
    mkdirSync(path);
    chmodSync(path, mode);
  });
  return path;
}

it.each<[string, readonly number[]]>([
  ['of its owner alone', [0o700]],
  ['that a group may write to', [0o770]],
  ['inside of a sticky directory, as /tmp is', [0o1777, 0o755]],
])('a directory %s is taken', async (name, modes) => {
  await expect(checkDirectory(directory(name, modes))).resolves.toBeUndefined();
});

it.each<[string, readonly number[]]>([
  ['that everybody may write to', [0o777]],
  ['that everybody may write to, sticky or not', [0o1777]],
  ['whose parent everybody may replace', [0o777, 0o755]],
])('a directory %s is rejected, since any local user could replace the socket', async (name, modes) => {
  await expect(checkDirectory(directory(name, modes))).rejects.toThrow(
    /is writable by every local user, who could replace the socket: choose .* or add --allow-world-writable-directory$/,
  );
});
