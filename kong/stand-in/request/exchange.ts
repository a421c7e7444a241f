import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Balancer, Peer } from '../balancer/balancer';
import type { Consumer, Route, Service } from '../config/model';
import { EXITED, type Exited, type LuaTable, type LuaValue } from '../lua/value';
import { HeaderList } from '../nginx/header-list';
import { errorPage } from '../nginx/own-pages';
import type { Match } from '../routing/router';
import { queryOf, readTarget } from '../routing/uri';
import type { Try, UpstreamRequest } from '../upstream/upstream-request';
import type { Environment } from './environment';
import { errorBody, errorType, messageFor } from './errors';
import { headerValues, ownResponse, type OwnResponse } from './own-response';
import type { PluginConfig } from './plugin-config';
import { RequestBody } from './request-body';

/** `server_name` in Kong's nginx template: nginx uses it for requests without a host. */
const SERVER_NAME = 'kong';

/** The phases of a request, with Kong's names; `error` is the phase of nginx's error pages. */
export type PhaseName =
  'rewrite' | 'access' | 'balancer' | 'response' | 'header_filter' | 'body_filter' | 'log' | 'error';

/** Sizes of the request and the response in bytes, head and body, as nginx counts them. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

/** An answer of the upstream that was read as a whole (`buffered_status` and `buffered_body` in `ngx.ctx`). */
export interface HeldResponse {
  readonly status: number;
  readonly body: Buffer;
}

/** Times in milliseconds since the epoch. */
export interface Moments {
  start: number;
  accessEnd?: number;
  balancerEnd?: number;
  headerFilter?: number;
  bodyEnd?: number;
}

/** One request and everything that Kong keeps for it (`ngx.ctx`). */
export class Exchange {
  readonly id = randomBytes(16).toString('hex');
  readonly method: string;
  /** The path with its query. */
  target: string;
  private readonly targetHost: string | undefined;
  readonly headers: HeaderList;
  readonly body: RequestBody;
  readonly responseHeaders = new HeaderList();
  readonly moments: Moments;
  readonly tries: Try[] = [];
  readonly clientIp: string;
  readonly clientPort: number;
  readonly port: number;
  readonly pluginContext = new Map<string, Record<string, LuaValue>>();
  readonly logValues: { readonly key: string; readonly value: LuaValue }[] = [];
  /** Variables of nginx that Lua set. */
  readonly variables = new Map<string, string>();
  phase: PhaseName = 'rewrite';
  /** The plugin that runs now. */
  currentPlugin: { readonly name: string; readonly config: PluginConfig } | undefined;
  query: string | undefined;
  match: Match | undefined;
  consumer: Consumer | LuaTable | undefined;
  credential: LuaTable | undefined;
  upstream: UpstreamRequest | undefined;
  balancer: Balancer | undefined;
  peer: Peer | undefined;
  /** One for each attempt. */
  readonly upstreamStatuses: number[] = [];
  forwardedPrefix: string | undefined;
  status = 200;
  /** The reason phrase of the upstream; absent for nginx's own. */
  reason: string | undefined;
  /** The response of Kong itself, instead of one of the upstream. */
  ownResponse: OwnResponse | undefined;
  /** The body with which `kong.response.exit` in a header filter replaces that of the upstream. */
  bodyInstead: Buffer | undefined;
  proxied = false;
  exited = false;
  unexpected = false;
  headersSent = false;
  clientGone = false;
  /**
   * Whether the whole answer of the upstream is read before the client gets any of it (`ngx.ctx.buffered_proxying`). Each
   * plugin with a `response` phase sets it before its own access phase; a plugin can reset it.
   */
  isBuffered = false;
  /** Whether it was proxied so. */
  isHeld = false;
  /** The answer of the upstream that was read as a whole, for the `response` phase and after it. */
  heldResponse: HeldResponse | undefined;
  /** `ngx.exit` ended the access phase: the remaining plugins do not take part in the request. */
  isCut = false;
  /**
   * A filter or the upstream failed during the response, which closed the connection: the client did not disconnect.
   */
  isBroken = false;
  /** The client asks for a WebSocket. */
  isUpgrade = false;

  constructor(
    readonly environment: Environment,
    /** The emulated nginx worker that handles the request. */
    readonly worker: number,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly now: () => number,
    readonly traffic: () => Traffic,
  ) {
    this.method = request.method ?? 'GET';
    const { path, host } = readTarget(request.url ?? '/');
    this.target = path;
    this.targetHost = host;
    this.query = queryOf(this.target);
    this.headers = HeaderList.fromRaw(request.rawHeaders);
    this.moments = { start: now() };
    const { socket } = request;
    this.clientIp = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.clientPort = socket.remotePort ?? 0;
    this.port = socket.localPort ?? 0;
    const declared = this.headers.get('content-length');
    const { settings } = environment;
    const bounds = { bufferBytes: settings.bodyBufferBytes, maxBytes: settings.maxBodyBytes };
    const length = declared === undefined ? undefined : Number(declared);
    this.body = new RequestBody(request, length, bounds, this.headers.has('transfer-encoding'));
  }

  get route(): Route | undefined {
    return this.match?.route;
  }

  get service(): Service | undefined {
    return this.match?.service;
  }

  /** nginx's `$host`: without port, in lower case. */
  get host(): string {
    return (this.targetHost ?? this.headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase() || SERVER_NAME;
  }

  /** The source of the response (`kong.response.get_source`). */
  get source(): 'error' | 'exit' | 'service' {
    if (this.unexpected) return 'error';
    if (this.exited) return 'exit';
    return this.proxied ? 'service' : 'error';
  }

  log(level: string, message: string): void {
    const from = this.currentPlugin ? `[${this.currentPlugin.name}] ` : '';
    this.environment.log(level, `${from}${message} (request ${this.id})`);
  }

  /** The data of the current plugin for all phases (`kong.ctx.plugin`). */
  pluginData(): Record<string, LuaValue> {
    const name = this.currentPlugin?.name ?? '';
    const present = this.pluginContext.get(name);
    if (present) return present;
    const made: Record<string, LuaValue> = {};
    this.pluginContext.set(name, made);
    return made;
  }

  /** The last status of the upstream. */
  get upstreamStatus(): number | undefined {
    return this.upstreamStatuses.at(-1);
  }

  /**
   * The response headers as `ngx.resp.get_headers` returns them: with those of the connection, which nginx adds itself.
   */
  responseTable(max: number): LuaTable {
    const table = this.responseHeaders.toTable(max);
    // nginx has already given up the connection in its log phase.
    if (this.phase === 'log' && this.status !== 101) table['connection'] = 'close';
    else if (this.headersSent || this.phase === 'response') table['connection'] = this.connectionHeader;
    if (this.isChunked) table['transfer-encoding'] = 'chunked';
    return table;
  }

  /** The `Connection` header that nginx adds to the response. */
  get connectionHeader(): string {
    if (this.status === 101) return 'upgrade';
    return this.response.shouldKeepAlive ? 'keep-alive' : 'close';
  }

  /** Whether the response is sent in chunks. */
  private get isChunked(): boolean {
    const hasBody = this.method !== 'HEAD' && ![101, 204, 304].includes(this.status);
    return (
      hasBody && this.headersSent && this.request.httpVersion === '1.1' && !this.responseHeaders.has('content-length')
    );
  }

  /**
   * Ends the phase with a response (`kong.response.exit`). Only the first response of the access phase applies. In a
   * header filter it replaces the response of the upstream, and the phase continues, like in nginx.
   */
  exit(status: number, body?: LuaValue, headers: LuaTable = {}): Exited | undefined {
    this.exited = true;
    const response = ownResponse(status, body, headers);
    if (this.phase !== 'header_filter') {
      this.ownResponse ??= response;
      return EXITED;
    }
    this.applyOwnResponse(response);
    this.reason = undefined;
    this.bodyInstead = response.body ?? Buffer.alloc(0);
    return undefined;
  }

  /** Ends the phase with an error in a media type that the client accepts (`kong.response.error`). */
  error(status: number, message?: string, headers: LuaTable = {}): Exited | undefined {
    const type = errorType(this.headers.get('accept'));
    const body = errorBody(type, message ?? messageFor(status), this.id);
    return this.exit(status, body, { ...headers, 'Content-Type': headers['Content-Type'] ?? type });
  }

  /** Ends the request with Kong's error page, like nginx when a request fails. */
  fail(status: number): Exited {
    this.unexpected = true;
    this.reason = undefined;
    this.ownResponse = this.errorPage(status);
    return EXITED;
  }

  /** Kong's error page (`error_handlers.lua`). */
  errorPage(status: number): OwnResponse {
    const type = errorType(this.headers.get('accept') ?? this.headers.get('content-type') ?? 'text/plain');
    const body = Buffer.from(errorBody(type, messageFor(status), this.id), 'latin1');
    return { status: status === 494 ? 400 : status, headers: { 'Content-Type': type }, body };
  }

  /** Ends a request that nginx rejects before Kong's phases: with Kong's error page, or with nginx's own. */
  rejectByNginx(status: number): void {
    const page = errorPage(status);
    this.fail(status);
    if (page !== undefined) {
      this.ownResponse = { status, headers: { 'Content-Type': 'text/html' }, body: Buffer.from(page, 'latin1') };
    }
  }

  /** Copies the status and headers of a response of Kong into the exchange. */
  applyOwnResponse({ status, headers, body, contentType }: OwnResponse): void {
    this.status = status;
    for (const [name, value] of Object.entries(headers)) {
      if (/^transfer[-_]encoding$/i.test(name)) this.log('warn', 'manually setting Transfer-Encoding. Ignored.');
      else this.responseHeaders.set(name, ...headerValues(value));
    }
    const own = Object.keys(headers).map((name) => name.toLowerCase());
    if (contentType !== undefined && !own.includes('content-type'))
      this.responseHeaders.set('Content-Type', contentType);
    if (!own.includes('content-length')) this.responseHeaders.set('Content-Length', String(body?.length ?? 0));
  }
}
