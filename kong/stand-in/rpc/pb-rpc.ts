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
import type { PluginConfig } from '../request/plugin-handler';
import type { Connection } from './connection';
import { SocketFailure } from './connection';
import { ConnectionPool } from './connection-pool';
import { RunningInstances, type InstanceCalls } from './instances';
import { unwrap, wrap } from './pb-values';
import { messageType, methods, type Method } from './pluginsocket';

/** Where a plugin is served, and what of its worker the calls share. */
export interface RpcOptions {
  /** Path of the unix socket. */
  readonly socket: string;
  /** Name of the plugin. */
  readonly plugin: string;
  readonly pool?: ConnectionPool;
  readonly instances?: RunningInstances;
  readonly log?: (level: string, message: string) => void;
}

/** The parts of an `RpcReturn` that Kong looks at. */
export interface RpcReturn {
  readonly sequence: number;
  readonly instance_status?: { readonly instance_id: number };
}

type Command = 'cmd_start_instance' | 'cmd_close_instance' | 'cmd_handle_event';

/** Kong's client of the `ProtoBuf:1` protocol (`rpc/pb_rpc.lua`): one frame after the other, an event holds its connection. */
export class PbRpc implements InstanceCalls {
  private sequence = 0;
  private readonly pool: ConnectionPool;
  private readonly instances: RunningInstances;
  private readonly log: NonNullable<RpcOptions['log']>;

  constructor(private readonly options: RpcOptions) {
    this.pool = options.pool ?? new ConnectionPool();
    this.instances = options.instances ?? new RunningInstances();
    this.log = options.log ?? (() => undefined);
  }

  /**
   * One call. With a PDK it serves the server's calls until the empty frame; gives {@link EXITED} when one of them ended
   * the request's phase, whereupon the connection is dropped. Throws a `SocketFailure` for the connection's failures and
   * whatever a function of the PDK throws.
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
    const answer = await this.call('cmd_start_instance', data);
    if (answer === EXITED || !answer.instance_status)
      throw new LuaError('attempt to index instance_status (a nil value)');
    return answer.instance_status.instance_id;
  }

  async closeInstance(id: number): Promise<void> {
    await this.call('cmd_close_instance', { instance_id: id });
  }

  /**
   * Runs one event of the plugin, on an instance that is started if need be. An unknown instance or a connection that was
   * closed starts it anew, without a limit; any other failure of the connection answers 500 through the PDK.
   */
  async handleEvent(config: PluginConfig, phase: string, pdk: Pdk): Promise<Exited | undefined> {
    for (;;) {
      const id = await this.instances.idFor(this.options.plugin, config, this);
      try {
        const data = { instance_id: id, event_name: Buffer.from(phase) };
        return (await this.call('cmd_handle_event', data, pdk)) === EXITED ? EXITED : undefined;
      } catch (error) {
        if (!(error instanceof SocketFailure)) throw error;
        const words = error.message.toLowerCase();
        if (!words.includes('no plugin instance') && !words.includes('closed')) return this.fail(error, pdk);
        this.instances.resetEverywhere(this.options.plugin);
        this.log('warn', error.message);
      }
    }
  }

  private async fail(error: SocketFailure, pdk: Pdk): Promise<Exited | undefined> {
    this.log('err', `pluginserver error: ${error.message}`);
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
