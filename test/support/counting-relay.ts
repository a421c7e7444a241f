import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A unix socket in front of a plugin server, which counts round trips. */
export interface CountingRelay {
  /** Path of its socket. */
  readonly socket: string;
  /**
   * The turns of the plugin server: how many times it sent something after it had received something. What it sends in one
   * write counts once.
   */
  turns(): number;
  close(): Promise<void>;
}

/** Forwards all bytes between `socket` and the plugin server at `target`. */
export async function startCountingRelay(socket: string, target: string): Promise<CountingRelay> {
  let count = 0;
  let isServersTurn = false;
  const sockets = new Set<Socket>();
  const server = createServer((worker) => {
    const plugins = connect(target);
    for (const one of [worker, plugins]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
    }
    worker.on('data', (bytes: Buffer) => {
      isServersTurn = true;
      plugins.write(bytes);
    });
    plugins.on('data', (bytes: Buffer) => {
      if (isServersTurn) count += 1;
      isServersTurn = false;
      worker.write(bytes);
    });
    worker.on('close', () => plugins.destroy());
    plugins.on('close', () => worker.destroy());
  }).listen(socket);
  await once(server, 'listening');
  return {
    socket,
    turns: () => count,
    close: async () => {
      for (const one of sockets) one.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
