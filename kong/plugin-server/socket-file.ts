import { chmod, chown, lstat, unlink } from 'node:fs/promises';
import { createConnection, type Server } from 'node:net';
import { resolve } from 'node:path';
import { checkDirectory } from './socket-directory';
import { SocketUnavailable } from './socket-unavailable';

/** Who may connect to a socket. */
export interface SocketAccess {
  /** Permissions of the socket file, such as 0o660. */
  readonly mode: number;
  /** The id of the group that owns the socket file; absent: the group of the process. */
  readonly groupId?: number;
  /** Listen even in a directory that everybody may write to, where any local user could replace the socket. */
  readonly isAnyDirectoryAllowed?: boolean;
}

/** `sun_path` of a unix socket's address, without its terminating zero; a longer path would be truncated. */
const MAX_PATH_BYTES = 107;

/** As many connections may wait to be accepted as the kernel allows (`net.core.somaxconn`): Kong opens them in bursts. */
const BACKLOG = 65_535;

/**
 * Removes the socket that a killed server left behind at `path`.
 *
 * @throws SocketUnavailable when a server may still use it, or when the path is not a socket
 */
async function removeStaleSocket(path: string): Promise<void> {
  const file = await unlessMissing(lstat(path));
  if (!file) return;
  if (!file.isSocket()) throw new SocketUnavailable(`${path} exists and is not a socket: choose another --socket`);
  const failure = await failureToConnect(path);
  if (failure === 'ECONNREFUSED') await unlessMissing(unlink(path));
  else if (failure === undefined || failure === 'EAGAIN') {
    throw new SocketUnavailable(`another server is listening on ${path}: stop it first, or choose another --socket`);
  } else if (failure !== 'ENOENT') {
    throw new SocketUnavailable(`a socket is at ${path}, and whether a server listens there is unknown (${failure})`);
  }
}

/**
 * Listens on `path`, replaces a stale socket, and sets the group and mode of the file.
 *
 * @throws SocketUnavailable
 */
export async function listenOn(server: Server, path: string, access: SocketAccess): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new SocketUnavailable(`${path} is too long for a unix socket: at most ${MAX_PATH_BYTES} bytes`);
  }
  try {
    if (!access.isAnyDirectoryAllowed) await checkDirectory(resolve(path, '..'));
    await removeStaleSocket(path);
    await bind(server, path);
    // The mode is set last: until then nobody else can connect.
    if (access.groupId !== undefined) await setGroup(path, access.groupId);
    await chmod(path, access.mode);
  } catch (error) {
    server.close();
    if (error instanceof SocketUnavailable || !(error instanceof Error)) throw error;
    throw new SocketUnavailable(`cannot listen on ${path}: ${error.message}`, { cause: error });
  }
}

async function setGroup(path: string, groupId: number): Promise<void> {
  try {
    // -1 leaves the owner as it is.
    await chown(path, -1, groupId);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const advice = 'run the server as a member of that group, or name a group that it is in';
    throw new SocketUnavailable(`cannot change the group of ${path} to ${groupId} (${reason}): ${advice}`);
  }
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // This call creates the file; nobody else may connect until it has its mode.
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
