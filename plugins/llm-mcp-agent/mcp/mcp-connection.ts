import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { listOf, textOf } from '../../shared/json/lenient-json';
import { isModern, isRevision, type Revision } from '../../shared/mcp/revisions';
import { Deadline } from './deadline';
import type { Send } from './post';
import { CLIENT_INFO, rpcRequest } from './requests';
import { readReply, type RpcReply } from './rpc-reply';

/** The newest revision of each kind. */
const MODERN: Revision = '2026-07-28';
const LEGACY: Revision = '2025-11-25';

/** The answer to a request, or why there is none. */
export type McpReply = RpcReply | { readonly kind: 'timeout' } | { readonly kind: 'broken' };

/** A server of one run. */
export interface McpServerOptions {
  readonly send: Send;
  /** Of the route, from the root of the gateway. */
  readonly path: string;
  /** The headers of the caller, with a `traceparent`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** The revision of the configuration; undefined to find it out. */
  readonly revision: Revision | undefined;
  /** The end of the run. */
  readonly signal: AbortSignal;
}

/** Pages of one list. */
const MAX_PAGES = 32;
const MAX_LISTED = 4096;

/**
 * The connection of one run to an MCP server, through its route. From 2026-07-28 on, requests are independent; before, there
 * is a session, which is opened with the first request and closed with the run.
 */
export class McpConnection {
  private revision: Revision | undefined;
  private session: Promise<McpReply | undefined> | undefined;
  private sessionId: string | undefined;
  private nextId = 1;

  constructor(private readonly options: McpServerOptions) {
    this.revision = options.revision;
  }

  /** The revision that the server speaks, once it is known. */
  get knownRevision(): Revision | undefined {
    return this.revision;
  }

  /** All tools of the server: its definitions, or the answer that failed. */
  async listTools(): Promise<{ readonly tools: readonly JsonObject[] } | { readonly failure: McpReply }> {
    const tools: JsonObject[] = [];
    const cursors = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && tools.length < MAX_LISTED; page++) {
      const reply = await this.request('tools/list', cursor === undefined ? {} : { cursor });
      if (reply.kind !== 'result') return { failure: reply };
      tools.push(...listOf(reply.result['tools']).filter(isJsonObject));
      cursor = textOf(reply.result['nextCursor']);
      if (cursor === undefined || cursors.has(cursor)) break;
      cursors.add(cursor);
    }
    return { tools: tools.slice(0, MAX_LISTED) };
  }

  /** Calls a tool. @param schema of its arguments, as the server lists it */
  callTool(name: string, args: JsonObject, schema: JsonObject): Promise<McpReply> {
    return this.request('tools/call', { name, arguments: args }, schema);
  }

  /** Ends the session, if there is one. Never throws, and does not wait. */
  close(): void {
    const { revision, sessionId } = this;
    if (revision === undefined || sessionId === undefined) return;
    this.sessionId = undefined;
    const headers = { 'mcp-protocol-version': revision, 'mcp-session-id': sessionId };
    this.inBackground('DELETE', headers);
  }

  private async request(method: string, params: JsonObject, schema?: JsonObject): Promise<McpReply> {
    const opened = await this.open();
    if (opened) return opened;
    const usedSession = this.sessionId;
    const reply = await this.exchange(method, params, schema);
    const isGone = usedSession !== undefined && isStatus(reply, 404);
    if (!isGone) return reply;
    // The server forgot the session: one new one.
    if (this.sessionId === usedSession) {
      this.session = undefined;
      this.sessionId = undefined;
    }
    return (await this.open()) ?? (await this.exchange(method, params, schema));
  }

  /** Finds out the revision and opens a session, once; undefined if requests can be sent. */
  private open(): Promise<McpReply | undefined> {
    return (this.session ??= this.handshake());
  }

  private async handshake(): Promise<McpReply | undefined> {
    if (this.revision === undefined) {
      const reply = await this.exchange('server/discover', {}, undefined, MODERN);
      if (reply.kind === 'result' && speaks(reply.result, MODERN)) this.revision = MODERN;
      else if (reply.kind === 'timeout' || reply.kind === 'broken' || isRejection(reply)) return reply;
      else this.revision = LEGACY;
    }
    return isModern(this.revision) ? undefined : this.initialize(this.revision);
  }

  private async initialize(asked: Revision): Promise<McpReply | undefined> {
    const params = { protocolVersion: asked, capabilities: {}, clientInfo: CLIENT_INFO };
    const reply = await this.exchange('initialize', params, undefined, asked);
    if (reply.kind !== 'result') return reply;
    const version = reply.result['protocolVersion'];
    if (!isRevision(version) || isModern(version)) return { kind: 'unreadable' };
    this.revision = version;
    this.sessionId = reply.sessionId;
    const { headers, body } = rpcRequest(version, { method: 'notifications/initialized' }, this.sessionId);
    const deadline = new Deadline(this.options.timeoutMs, this.options.signal);
    try {
      const answer = await this.post(headers, body, deadline);
      answer.body.resume();
      return answer.status < 400 ? undefined : { kind: 'status', status: answer.status, retryAfter: undefined };
    } catch {
      return { kind: deadline.isOver ? 'timeout' : 'broken' };
    } finally {
      deadline.clear();
    }
  }

  /** Sends one request and reads its answer. Never throws. */
  private async exchange(
    method: string,
    params: JsonObject,
    schema?: JsonObject,
    revision: Revision = this.revision ?? MODERN,
  ): Promise<McpReply> {
    const id = this.nextId++;
    const deadline = new Deadline(this.options.timeoutMs, this.options.signal);
    const withToken = method === 'tools/call' ? { ...params, _meta: { progressToken: id } } : params;
    const { headers, body } = rpcRequest(
      revision,
      { id, method, params: withToken, ...(schema && { schema }) },
      this.sessionId,
    );
    try {
      const response = await this.post(headers, body, deadline);
      return await readReply(response, id, () => {
        deadline.extend();
      });
    } catch {
      if (deadline.signal.aborted && this.sessionId !== undefined) this.cancel(id, revision);
      return { kind: deadline.isOver ? 'timeout' : 'broken' };
    } finally {
      deadline.clear();
    }
  }

  private post(headers: Readonly<Record<string, string>>, body: string, { signal }: Deadline) {
    const { send, path, timeoutMs } = this.options;
    // The deadline is the bound: it knows of progress.
    return send({
      method: 'POST',
      path,
      headers: { ...this.options.headers, ...headers },
      body,
      signal,
      timeoutMs: timeoutMs * 6,
    });
  }

  private cancel(requestId: number, revision: Revision): void {
    const params = { requestId, reason: 'the run ended' };
    const { headers, body } = rpcRequest(revision, { method: 'notifications/cancelled', params }, this.sessionId);
    this.inBackground('POST', headers, body);
  }

  /** A last message to the server, whose answer does not matter. */
  private inBackground(method: 'POST' | 'DELETE', headers: Readonly<Record<string, string>>, body?: string): void {
    const { send, path } = this.options;
    const signal = AbortSignal.timeout(BACKGROUND_MS);
    send({
      method,
      path,
      headers: { ...this.options.headers, ...headers },
      signal,
      timeoutMs: BACKGROUND_MS,
      ...(body !== undefined && { body }),
    }).then(
      (response) => {
        response.body.on('error', () => undefined).resume();
      },
      () => undefined,
    );
  }
}

const BACKGROUND_MS = 5_000;

const isStatus = (reply: McpReply, status: number): boolean =>
  (reply.kind === 'status' || reply.kind === 'error') && reply.status === status;

/** An answer about the caller or the route, not about the revision. */
const isRejection = (reply: McpReply): boolean =>
  [401, 403, 429, 502, 503, 504].some((status) => isStatus(reply, status));

const speaks = (result: JsonObject, revision: Revision): boolean =>
  listOf(result['supportedVersions']).includes(revision);
