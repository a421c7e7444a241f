import { chmod, lstat, unlink } from 'node:fs/promises';
import { createConnection, type Server } from 'node:net';

/** The path can't be listened on; the message says why and what to do. */
export class SocketUnavailable extends Error {}

/**
 * Makes the way free for a server at `path`: removes the socket that a killed server left behind.
 *
 * @throws SocketUnavailable when a live server answers there, or when the path is something else than a socket
 */
export async function takeOver(path: string): Promise<void> {
  const file = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return;
  if (!file.isSocket()) throw new SocketUnavailable(`${path} exists and is no socket: choose another --socket`);
  if (await answers(path)) {
    throw new SocketUnavailable(`another server is listening on ${path}: stop it first, or choose another --socket`);
  }
  await unlink(path);
}

/** Listens on `path`, taking over a dead socket, and gives the file its mode. */
export async function listenOn(server: Server, path: string, mode: number): Promise<void> {
  await takeOver(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  await chmod(path, mode);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => {
      resolve(false);
    });
  });
}
