import { connect, type Socket } from 'node:net';
import { EXITED, type Exited, type LuaValue, type PdkResult } from '../../kong/stand-in/lua/value';
import type { Pdk } from '../../kong/stand-in/pdk/table';
import type { PluginConfig } from '../../kong/stand-in/request/plugin-config';
import type { RpcOptions } from '../../kong/stand-in/rpc/client';
import type { MpRpc } from '../../kong/stand-in/rpc/mp-rpc';
import { PbRpc } from '../../kong/stand-in/rpc/pb-rpc';

/** The facts of a request that Kong knows; an absent fact is unknown. */
export interface RequestFacts {
  readonly headers?: LuaValue;
  readonly body?: LuaValue;
  readonly shared?: Record<string, LuaValue>;
  readonly entry?: string;
  /** The client's address. */
  readonly ip?: string;
  /** False: Kong does not know of the plugin's response phase, so it holds no answer. */
  readonly holds?: boolean;
  /** The protocol to which the upstream may switch. */
  readonly upgrade?: string;
}

/** The result of one event on Kong's side. */
export interface EventResult {
  readonly exit?: { readonly status: number; readonly body: string; readonly headers: LuaValue };
  /** Every effect except the exit: the function and its arguments. */
  readonly effects: readonly (readonly [string, ...LuaValue[]])[];
  readonly shared: Readonly<Record<string, LuaValue>>;
}

/** A config as Kong sends it for one plugin in one scope. */
export const configOf = (plugin: string, config: Record<string, LuaValue> = {}, sequence = 1): PluginConfig => ({
  ...config,
  __plugin_id: `id-of-${plugin}`,
  __key__: `plugins:${plugin}:::::`,
  __seq__: sequence,
});

/** One nginx worker that sends events of a plugin, over either of Kong's protocols. */
export class KongWorker {
  readonly logs: string[] = [];
  /** What the server asked for in all events: the operation of Kong's PDK, and its argument if it has one. */
  readonly asked: string[] = [];
  readonly rpc: PbRpc | MpRpc;

  constructor(
    private readonly plugin: string,
    socket: string,
    protocol: typeof PbRpc | typeof MpRpc = PbRpc,
    options: Partial<RpcOptions> = {},
  ) {
    this.rpc = new protocol({ socket, plugin, log: (_, message) => this.logs.push(message), ...options });
  }

  /** Runs one event as Kong does, with its retries. */
  async event(phase: string, facts: RequestFacts = {}, config = configOf(this.plugin)): Promise<EventResult> {
    const effects: [string, ...LuaValue[]][] = [];
    const shared = { ...facts.shared };
    let exit: EventResult['exit'];
    const leave = (status: number, body: string, headers: LuaValue): Exited => {
      exit = { status, body, headers };
      return EXITED;
    };
    const note =
      (name: string) =>
      (...args: LuaValue[]): PdkResult => {
        effects.push([name, ...args]);
        return undefined;
      };
    const pdk: Pdk = {
      'kong.client.get_consumer': () => undefined,
      'kong.client.get_credential': () => undefined,
      'kong.client.get_forwarded_ip': () => facts.ip ?? '192.0.2.7',
      'kong.ctx.shared.get': (key) => shared[key as string],
      'kong.ctx.shared.set': (key, value) => {
        shared[key as string] = value;
        return undefined;
      },
      'kong.log.serialize': () => facts.entry ?? '{}',
      'kong.nginx.get_ctx': () => facts.holds ?? true,
      'kong.nginx.set_ctx': note('kong.nginx.set_ctx'),
      'kong.nginx.get_var': (name) =>
        name === 'kong_request_id' ? 'a-request-id' : name === 'upstream_upgrade' ? (facts.upgrade ?? '') : undefined,
      'kong.request.get_headers': () => facts.headers ?? {},
      'kong.request.get_method': () => 'POST',
      'kong.request.get_path': () => '/',
      'kong.request.get_raw_query': () => '',
      'kong.request.get_raw_body': () => facts.body ?? '',
      'kong.response.error': (status) => leave(status as number, 'error of Kong', {}),
      'kong.response.exit': (status, body, headers) => leave(status as number, body as string, headers),
      'kong.response.set_headers': note('kong.response.set_headers'),
      'kong.router.get_service': () => ({ id: 'service-id', name: 'calc' }),
      'kong.service.request.clear_header': note('kong.service.request.clear_header'),
      'kong.service.request.set_headers': note('kong.service.request.set_headers'),
    };
    await this.rpc.handleEvent(config, phase, this.recorded(pdk));
    return { ...(exit && { exit }), effects, shared };
  }

  /** The same functions; they note each call of an operation that returns a fact. */
  private recorded(pdk: Pdk): Pdk {
    const recorded = Object.entries(pdk).map(([name, call]) => [
      name,
      /\.(?:get|get_\w+|serialize)$/.test(name)
        ? (...args: LuaValue[]): PdkResult => {
            this.asked.push([name, ...args.map(String)].join(' '));
            return (call as (...all: LuaValue[]) => PdkResult)(...args);
          }
        : call,
    ]);
    return Object.fromEntries(recorded) as Pdk;
  }
}

/** A connection that sends whatever a test wants; `closed` resolves when the server drops it. */
export interface RawConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** The bytes that the server sent so far. */
  received(): Buffer;
}

/** Opens one to a unix socket. */
export function openRaw(path: string): RawConnection {
  const socket = connect(path);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve();
    });
  });
  return { socket, closed, received: () => Buffer.concat(chunks) };
}
