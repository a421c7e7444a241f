import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SocketUnavailable } from './socket-unavailable';

const WRITABLE_BY_ALL = 0o002;
/** In a directory with this bit only the owner of a file may rename or remove it. */
const STICKY = 0o1000;

/**
 * Makes sure that no other local user can put a socket of their own in the place of ours, and so read and answer for the
 * plugins: the directory must not be writable by everybody, and above it only one with the sticky bit may be.
 *
 * @throws SocketUnavailable
 */
export async function checkDirectory(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if (mode & WRITABLE_BY_ALL) throw refusal(directory);
  for (let above = dirname(directory), below = directory; above !== below; below = above, above = dirname(above)) {
    const { mode: aboveMode } = await stat(above);
    if (aboveMode & WRITABLE_BY_ALL && !(aboveMode & STICKY)) throw refusal(above);
  }
}

const refusal = (directory: string): SocketUnavailable =>
  new SocketUnavailable(
    `${directory} is writable by every local user, who could replace the socket: choose a directory of mode 0750 or ` +
      'similar for --socket, or add --allow-world-writable-directory',
  );
