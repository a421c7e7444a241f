import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { messageType, methods } from '../../kong/stand-in/rpc/pluginsocket';

type Message = Record<string, unknown>;

/** The calls that the server sends to Kong during an event, with encoded arguments, or a closed connection. */
export type Script = readonly (readonly [method: string, argument?: Message] | 'hang up')[];

/** A started instance, as Kong described it. */
export interface Started {
  readonly id: number;
  readonly name: string;
  readonly config: Record<string, unknown>;
}

/**
 * A plugin server for `ProtoBuf:1` that follows the script of a test. All calls of an event are sent in one write, and
 * the replies are read afterwards, as the protocol allows; they are kept by event name in `replies`.
 */
export class ScriptedPluginServer {
  readonly started: Started[] = [];
  readonly closed: number[] = [];
  /** The decoded replies of each event, by the key of its script. */
  replies: Record<string, Message[][]> = {};
  /** The script of an event, by its name or by `<plugin>.<event>`. */
  scripts: Record<string, Script> = {};
  openConnections = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor() {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      this.openConnections++;
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.openConnections--;
      });
      void this.serve(socket);
    });
  }

  static async listen(path: string): Promise<ScriptedPluginServer> {
    const made = new ScriptedPluginServer();
    made.server.listen(path);
    await once(made.server, 'listening');
    return made;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(socket: Socket): Promise<void> {
    const read = frameReader(socket);
    for (let payload = await read(); payload; payload = await read()) {
      const call = messageType('RpcCall').decode(payload) as unknown as Message;
      const sequence = call['sequence'];
      const start = call['cmd_start_instance'] as { name: Buffer; config: Buffer } | undefined;
      const close = call['cmd_close_instance'] as { instance_id: number } | undefined;
      const event = call['cmd_handle_event'] as { instance_id: number; event_name: Buffer } | undefined;
      if (start) this.start(start);
      if (close) this.closed.push(close.instance_id);
      if (event && !(await this.run(socket, read, this.keyOf(event.instance_id, String(event.event_name))))) return;
      const status = { name: start?.name ?? Buffer.alloc(0), instance_id: this.started.length };
      write(socket, messageType('RpcReturn').encode({ sequence, instance_status: status }).finish());
    }
  }

  private start({ name, config }: { name: Buffer; config: Buffer }): void {
    const id = this.started.length + 1;
    this.started.push({ id, name: String(name), config: JSON.parse(config.toString()) as Record<string, unknown> });
  }

  private keyOf(instanceId: number, event: string): string {
    const key = `${this.started[instanceId - 1]?.name ?? ''}.${event}`;
    return key in this.scripts ? key : event;
  }

  private async run(socket: Socket, read: FrameReader, event: string): Promise<boolean> {
    const script = this.scripts[event] ?? [];
    for (const step of script) {
      if (step === 'hang up') {
        socket.destroy();
        return false;
      }
      const [method, argument = {}] = step;
      write(socket, Buffer.from(method));
      write(socket, messageType(methods.get(method)!.input).encode(argument).finish());
    }
    const replies: Message[] = [];
    if (script.length > 0) (this.replies[event] ??= []).push(replies);
    for (const step of script) {
      const reply = await read();
      if (!reply) return false;
      replies.push(messageType(methods.get(step[0])!.output).decode(reply));
    }
    write(socket, Buffer.alloc(0));
    return true;
  }
}

type FrameReader = () => Promise<Buffer | undefined>;

function frameReader(socket: Socket): FrameReader {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held = Buffer.alloc(0);
  const take = async (count: number): Promise<Buffer | undefined> => {
    while (held.length < count) {
      const next = await chunks.next().catch(() => ({ done: true as const, value: undefined }));
      if (next.done) return undefined;
      held = Buffer.concat([held, next.value]);
    }
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  };
  return async () => {
    const length = await take(4);
    return length && take(length.readUInt32LE());
  };
}

function write(socket: Socket, payload: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(payload.length);
  socket.write(Buffer.concat([length, payload]));
}
