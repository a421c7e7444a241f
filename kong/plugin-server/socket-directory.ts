import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SocketUnavailable } from './socket-unavailable';

const WRITABLE_BY_ALL = 0o002;
/** In a directory with this bit, only the owner of a file may rename or remove it. */
const STICKY = 0o1000;

/**
 * Checks that no other local user can replace the socket, and so read and answer requests instead of the plugins: the
 * directory must not be writable by everybody, and a directory above it only if it has the sticky bit.
 *
 * @throws SocketUnavailable
 */
export async function checkDirectory(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if (mode & WRITABLE_BY_ALL) throw unsafeDirectory(directory);
  for (let above = dirname(directory), below = directory; above !== below; below = above, above = dirname(above)) {
    const { mode: aboveMode } = await stat(above);
    if (aboveMode & WRITABLE_BY_ALL && !(aboveMode & STICKY)) throw unsafeDirectory(above);
  }
}

const unsafeDirectory = (directory: string): SocketUnavailable =>
  new SocketUnavailable(
    `${directory} is writable by every local user, who could replace the socket: choose a directory of mode 0750 or ` +
      'similar for --socket, or add --allow-world-writable-directory',
  );
