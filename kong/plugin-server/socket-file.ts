import { chmod, lstat, unlink } from 'node:fs/promises';
import { createConnection, type Server } from 'node:net';

/** The path can't be listened on; the message says why and what to do. */
export class SocketUnavailable extends Error {}

/** `sun_path` of a unix socket's address, without its closing zero; a longer path would be cut off. */
const MAX_PATH_BYTES = 107;

/** As many connections may wait to be accepted as the kernel allows (`net.core.somaxconn`): Kong opens them in bursts. */
const BACKLOG = 65_535;

/**
 * Makes the way free for a server at `path`: removes the socket that a killed server left behind.
 *
 * @throws SocketUnavailable when a server may still be there, or when the path is something else than a socket
 */
async function takeOver(path: string): Promise<void> {
  const file = await unlessMissing(lstat(path));
  if (!file) return;
  if (!file.isSocket()) throw new SocketUnavailable(`${path} exists and is no socket: choose another --socket`);
  const failure = await failureToConnect(path);
  if (failure === 'ECONNREFUSED') await unlessMissing(unlink(path));
  else if (failure === undefined || failure === 'EAGAIN') {
    throw new SocketUnavailable(`another server is listening on ${path}: stop it first, or choose another --socket`);
  } else if (failure !== 'ENOENT') {
    throw new SocketUnavailable(`a socket is at ${path}, and whether a server listens there is unknown (${failure})`);
  }
}

/**
 * Listens on `path`, taking over a dead socket, and gives the file its mode.
 *
 * @throws SocketUnavailable
 */
export async function listenOn(server: Server, path: string, mode: number): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new SocketUnavailable(`${path} is too long for a unix socket: at most ${MAX_PATH_BYTES} bytes`);
  }
  try {
    await takeOver(path);
    await bind(server, path);
    await chmod(path, mode);
  } catch (error) {
    server.close();
    if (error instanceof SocketUnavailable || !(error instanceof Error)) throw error;
    throw new SocketUnavailable(`can't listen on ${path}: ${error.message}`, { cause: error });
  }
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The file is made in this call, and is open to nobody else until it has its mode.
    const before = process.umask(0o177);
    server.listen({ path, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(before);
  });
}

/** The error code of a connection to `path`; undefined when it succeeds. */
function failureToConnect(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
      resolve(code);
    });
  });
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
