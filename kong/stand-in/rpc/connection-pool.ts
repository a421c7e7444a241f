import { Connection } from './connection';

/** `lua_socket_pool_size` of Kong. */
const MAX_IDLE = 256;

/** The idle connections of one nginx worker to plugin servers (`ngx.socket`, `setkeepalive`). */
export class ConnectionPool {
  private readonly idle = new Map<string, Connection[]>();

  constructor(private readonly readTimeoutMs?: number) {}

  /** An idle connection, or a new one. Throws a `SocketFailure`. */
  async take(path: string): Promise<Connection> {
    const list = this.idle.get(path);
    for (let kept = list?.pop(); kept; kept = list?.pop()) {
      if (kept.isUsable) {
        kept.setIdle(false);
        return kept;
      }
      kept.close();
    }
    return Connection.open(path, this.readTimeoutMs);
  }

  /** Keeps a connection for the next call, unless it has failed or the pool is full. */
  give(path: string, connection: Connection): void {
    const list = this.idle.get(path) ?? [];
    this.idle.set(path, list);
    if (!connection.isUsable || list.length >= MAX_IDLE) {
      connection.close();
      return;
    }
    connection.setIdle(true);
    list.push(connection);
  }

  close(): void {
    for (const list of this.idle.values()) for (const connection of list) connection.close();
    this.idle.clear();
  }
}
