import { createConnection, type Socket } from 'node:net';

/** A failure of a connection with nginx's message: `closed`, `timeout`, `connection refused`, ... */
export class SocketFailure extends Error {
  override readonly name = 'SocketFailure';
}

/** lua-nginx's default for `lua_socket_read_timeout`. */
const READ_TIMEOUT_MS = 60_000;

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPIPE: 'broken pipe',
  ECONNRESET: 'connection reset by peer',
};

/** One connection to a plugin server, with one reader at a time. */
export class Connection {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private failure: SocketFailure | undefined;
  private wake: (() => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly readTimeoutMs: number,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      this.wake?.();
    });
    const fail = (words: string) => {
      this.failure ??= new SocketFailure(words);
      this.wake?.();
    };
    socket.on('end', () => {
      fail('closed');
    });
    socket.on('close', () => {
      fail('closed');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      fail(WORDS[error.code ?? ''] ?? error.message);
    });
  }

  /** Connects to a unix socket. Throws {@link SocketFailure}. */
  static open(path: string, readTimeoutMs = READ_TIMEOUT_MS): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path });
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(new Connection(socket, readTimeoutMs));
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        reject(new SocketFailure(WORDS[error.code ?? ''] ?? error.message));
      });
    });
  }

  get isUsable(): boolean {
    return this.failure === undefined && this.bytes === 0;
  }

  write(data: Uint8Array): void {
    this.socket.write(data);
  }

  /** The next `count` bytes. Throws {@link SocketFailure}. */
  async read(count: number): Promise<Buffer> {
    while (this.bytes < count) await this.more();
    const all = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
    this.chunks.length = 0;
    if (all.length > count) this.chunks.push(all.subarray(count));
    this.bytes -= count;
    return all.subarray(0, count);
  }

  /** All received bytes, at least one. Throws {@link SocketFailure}. */
  async readSome(): Promise<Buffer> {
    if (this.bytes === 0) await this.more();
    return this.read(this.bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  /** An idle connection does not keep the process alive. */
  setIdle(idle: boolean): void {
    if (idle) this.socket.unref();
    else this.socket.ref();
  }

  private async more(): Promise<void> {
    const failure = this.failure ?? (await this.arrival());
    if (failure) throw failure;
  }

  /** Waits for bytes or for a failure. */
  private arrival(): Promise<SocketFailure | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.failure ??= new SocketFailure('timeout');
        this.wake?.();
      }, this.readTimeoutMs);
      this.wake = () => {
        this.wake = undefined;
        clearTimeout(timer);
        resolve(this.failure);
      };
    });
  }
}
