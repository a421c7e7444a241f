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
  ['that only its owner may write to', [0o700]],
  ['that a group may write to', [0o770]],
  ['inside a sticky directory such as /tmp', [0o1777, 0o755]],
])('accepts a directory %s', async (name, modes) => {
  await expect(checkDirectory(directory(name, modes))).resolves.toBeUndefined();
});

it.each<[string, readonly number[]]>([
  ['that all users may write to', [0o777]],
  ['that all users may write to, although it is sticky', [0o1777]],
  ['whose parent all users may write to', [0o777, 0o755]],
])('rejects a directory %s, since any local user could replace the socket', async (name, modes) => {
  await expect(checkDirectory(directory(name, modes))).rejects.toThrow(
    /is writable by every local user, who could replace the socket: choose .* or add --allow-world-writable-directory$/,
  );
});
