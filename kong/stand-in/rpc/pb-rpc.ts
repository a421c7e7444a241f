import {
  encodeJson,
  EXITED,
  Failure,
  LuaError,
  Several,
  type Exited,
  type LuaValue,
  type PdkResult,
} from '../lua/value';
import type { Pdk } from '../pdk/table';
import type { PluginConfig } from '../request/plugin-config';
import { RpcClient } from './client';
import { SocketFailure, type Connection } from './connection';
import { unwrap, wrap } from './pb-values';
import { messageType, methods, type Method } from './pluginsocket';

/** The parts of an `RpcReturn` that Kong looks at. */
export interface RpcReturn {
  readonly sequence: number;
  readonly instance_status?: { readonly instance_id: number };
}

type Command = 'cmd_start_instance' | 'cmd_close_instance' | 'cmd_handle_event';

/**
 * Kong's client for the `ProtoBuf:1` protocol (`rpc/pb_rpc.lua`): one frame at a time; an event occupies its
 * connection.
 */
export class PbRpc extends RpcClient {
  private sequence = 0;

  /**
   * Makes one call. With a PDK, it serves the calls of the server until the empty frame. Returns {@link EXITED} and
   * closes the connection when one of them ended the phase. Throws a `SocketFailure` for failures of the connection,
   * and what a function of the PDK throws.
   */
  async call(command: Command, data: Readonly<Record<string, unknown>>, pdk?: Pdk): Promise<RpcReturn | Exited> {
    const sequence = ++this.sequence + 1;
    const connection = await this.pool.take(this.options.socket);
    let kept = false;
    try {
      writeFrame(
        connection,
        messageType('RpcCall')
          .encode({ sequence, [command]: data })
          .finish(),
      );
      if (pdk && (await this.serve(connection, pdk)) === EXITED) return EXITED;
      const message = messageType('RpcReturn').decode(await readFrame(connection)) as unknown as RpcReturn;
      this.pool.give(this.options.socket, connection);
      kept = true;
      if (message.sequence !== sequence) throw new LuaError('assertion failed!');
      return message;
    } finally {
      if (!kept) connection.close();
    }
  }

  async startInstance(name: string, config: PluginConfig): Promise<number> {
    const data = { name: Buffer.from(name, 'latin1'), config: Buffer.from(encodeJson(config), 'latin1') };
    const response = await this.call('cmd_start_instance', data);
    if (response === EXITED || !response.instance_status)
      throw new LuaError('attempt to index instance_status (a nil value)');
    return response.instance_status.instance_id;
  }

  async closeInstance(id: number): Promise<void> {
    await this.call('cmd_close_instance', { instance_id: id });
  }

  protected async runEvent(instanceId: number, phase: string, pdk: Pdk): Promise<Exited | undefined> {
    const data = { instance_id: instanceId, event_name: Buffer.from(phase) };
    return (await this.call('cmd_handle_event', data, pdk)) === EXITED ? EXITED : undefined;
  }

  protected isServerFailure(error: unknown): error is Error {
    return error instanceof SocketFailure;
  }

  /** A closed connection counts as a lost instance too, and the event is repeated without limit. */
  protected isInstanceLost({ message }: Error): boolean {
    return /no plugin instance|closed/i.test(message);
  }

  /** Responds with 500. */
  protected async handleFailure({ message }: Error, pdk: Pdk): Promise<Exited | undefined> {
    this.log('err', `pluginserver error: ${message}`);
    return (await pdk['kong.response.error']?.(500)) === EXITED ? EXITED : undefined;
  }

  private async serve(connection: Connection, pdk: Pdk): Promise<Exited | undefined> {
    for (;;) {
      const name = (await readFrame(connection)).toString('latin1');
      if (name === '') return undefined;
      const argument = await readFrame(connection);
      const method = methods.get(name);
      const call = pdk[name];
      if (!method || !call) throw new SocketFailure(`method "${name}" not found`);
      const message = messageType(method.input).decode(argument);
      const result = await call(...unwrap(method.input, message));
      if (result === EXITED) return EXITED;
      writeFrame(connection, await encodeResult(method, result, pdk));
    }
  }
}

async function encodeResult(method: Method, result: PdkResult, pdk: Pdk): Promise<Uint8Array> {
  const value = plain(result);
  const message = method.output === 'RawBodyResult' ? await rawBodyResult(result, pdk) : wrap(method.output, value);
  return message === undefined ? new Uint8Array() : messageType(method.output).encode(message).finish();
}

function plain(result: PdkResult): LuaValue {
  if (result instanceof Several) return result.values[0];
  return result instanceof Failure || result === EXITED ? undefined : result;
}

async function rawBodyResult(result: PdkResult, pdk: Pdk): Promise<Readonly<Record<string, unknown>>> {
  if (typeof result === 'string') return { content: Buffer.from(result, 'latin1') };
  if (result instanceof Uint8Array) return { content: result };
  const path = await pdk['ngx.req.get_body_file']?.();
  if (typeof path === 'string') return { body_filepath: Buffer.from(path) };
  return { error: Buffer.from(result instanceof Failure ? result.message : "Can't read request body", 'latin1') };
}

async function readFrame(connection: Connection): Promise<Buffer> {
  const length = (await connection.read(4)).readUInt32LE();
  return connection.read(length);
}

function writeFrame(connection: Connection, payload: Uint8Array): void {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(payload.length);
  connection.write(length);
  connection.write(payload);
}
