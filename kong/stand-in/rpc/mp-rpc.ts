import { Decoder } from '@msgpack/msgpack';
import {
  encodeJson,
  EXITED,
  isTable,
  LuaError,
  luaToString,
  type Exited,
  type LuaValue,
  type PdkResult,
} from '../lua/value';
import type { Pdk } from '../pdk/table';
import type { PluginConfig } from '../request/plugin-config';
import { RpcClient } from './client';
import { SocketFailure, type Connection } from './connection';
import { pack, type Packable } from './mp-pack';
import { stepOf, toLua } from './mp-values';

/** An error that the server returned. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

interface Step {
  readonly EventId: number;
  readonly Data: string | { readonly Method: string; readonly Args?: LuaValue };
}

/** Kong's client for the `MsgPack:1` protocol (`rpc/mp_rpc.lua`): one call at a time over a kept connection. */
export class MpRpc extends RpcClient {
  private messageId = 0;
  private serverPid: number | undefined;

  /**
   * Makes one call. Throws {@link ServerError} for an error of the server, `SocketFailure` for one of the connection.
   */
  async call(method: string, ...args: Packable[]): Promise<LuaValue> {
    const id = ++this.messageId;
    const connection = await this.connect();
    let done = false;
    try {
      connection.write(pack([0, id, method, args]));
      for await (const message of messages(connection)) {
        const [kind, second, third, fourth] = message;
        if (kind === 2) {
          this.notice(second, third);
          continue;
        }
        if (kind !== 1) throw new LuaError('RPC response expected from Go plugin server');
        if (second !== id) throw new LuaError('unexpected RPC response ID from Go plugin server');
        done = true;
        if (third !== undefined && third !== null) throw new ServerError(luaToString(third));
        return fourth;
      }
      throw new SocketFailure('no data');
    } finally {
      if (done) this.pool.give(this.options.socket, connection);
      else connection.close();
    }
  }

  async startInstance(name: string, config: PluginConfig): Promise<number> {
    const status = await this.call('plugin.StartInstance', { Name: name, Config: encodeJson(config) });
    const id = isTable(status) ? status['Id'] : undefined;
    if (typeof id !== 'number') throw new LuaError('attempt to index status (a nil value)');
    return id;
  }

  async closeInstance(id: number): Promise<void> {
    await this.call('plugin.CloseInstance', id).catch(() => undefined);
  }

  protected async runEvent(instanceId: number, phase: string, pdk: Pdk): Promise<Exited | undefined> {
    let step = asStep(await this.call('plugin.HandleEvent', { InstanceId: instanceId, EventName: phase }));
    const eventId = step.EventId;
    while (typeof step.Data !== 'string') {
      const { Method: method, Args: args } = step.Data;
      const result = await this.callPdk(pdk, method, args);
      if (result === EXITED) return EXITED;
      const [name, data] = stepOf(method, result);
      step = asStep(await this.call(name, { EventId: eventId, ...(data !== undefined && { Data: data }) }));
    }
    if (step.Data !== 'ret') throw new LuaError(`attempt to index field 'Data' (a string value)`);
    return undefined;
  }

  protected isServerFailure(error: unknown): error is Error {
    return error instanceof SocketFailure || error instanceof ServerError;
  }

  protected isInstanceLost({ message }: Error): boolean {
    return message.toLowerCase().includes('no plugin instance');
  }

  /** Logs the failure only: the request continues without the plugin. */
  protected handleFailure({ message }: Error): Promise<undefined> {
    this.log('err', message);
    return Promise.resolve(undefined);
  }

  private async callPdk(pdk: Pdk, method: string, args: LuaValue): Promise<PdkResult> {
    const call = pdk[method];
    if (!call) {
      this.log('err', `could not find pdk method: ${method}`);
      return undefined;
    }
    if (Array.isArray(args)) return call(...(args as LuaValue[]));
    return isTable(args) ? call() : call(args);
  }

  private async connect(): Promise<Connection> {
    try {
      return await this.pool.take(this.options.socket);
    } catch (error) {
      this.log('err', `trying to connect: ${error instanceof Error ? error.message : ''}`);
      throw error;
    }
  }

  private notice(label: LuaValue, args: LuaValue): void {
    if (label !== 'serverPid') return;
    const pid = Number(args);
    if (this.serverPid !== undefined && pid !== this.serverPid) this.instances.reset(this.options.plugin);
    this.serverPid = pid;
  }
}

function asStep(value: LuaValue): Step {
  if (!isTable(value) || value['Data'] === undefined) throw new SocketFailure('unknown error');
  return value as unknown as Step;
}

/** The messages of a connection, until it is closed. */
async function* messages(connection: Connection): AsyncGenerator<LuaValue[]> {
  const decoder = new Decoder({ rawStrings: true });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      try {
        yield await connection.readSome();
      } catch {
        return;
      }
    }
  }
  for await (const message of decoder.decodeStream(chunks())) {
    if (Array.isArray(message)) yield message.map(toLua);
  }
}
