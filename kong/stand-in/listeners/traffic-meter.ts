import type { Socket } from 'node:net';
import type { Traffic } from '../request/exchange';

const marks = new WeakMap<Socket, { read: number; written: number }>();

/** Counts the bytes of a connection since the last call of `mark`. */
export function meter(socket: Socket): { readonly count: () => Traffic; readonly mark: () => void } {
  const count = (): Traffic => {
    const { read = 0, written = 0 } = marks.get(socket) ?? {};
    return { received: socket.bytesRead - read, sent: socket.bytesWritten - written };
  };
  return {
    count,
    mark: () => {
      marks.set(socket, { read: socket.bytesRead, written: socket.bytesWritten });
    },
  };
}
