import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Listen } from '../config/settings';

/** Listens; port 0 selects a free port. Returns the URL of the server on this machine. */
export async function listen(server: Server, { host, port }: Listen): Promise<string> {
  server.listen({ host, port });
  await once(server, 'listening');
  const { address, port: taken } = server.address() as AddressInfo;
  const reachable = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${taken}`;
}

/** Stops listening and closes all connections. */
export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
