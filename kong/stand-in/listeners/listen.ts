import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Listen } from '../config/settings';

/** Listens; port 0 takes a free one. Gives the URL by which this machine reaches it. */
export async function listen(server: Server, { host, port }: Listen): Promise<string> {
  server.listen({ host, port });
  await once(server, 'listening');
  const { address, port: taken } = server.address() as AddressInfo;
  const reachable = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${taken}`;
}

/** Stops listening and ends what is open. */
export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
