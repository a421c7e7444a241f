import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Metrics } from '../../kong/pdk';
import { HttpListener } from '../../kong/plugin-server/http-listener';
import { preparePlugin, type PreparedPlugin } from '../../kong/testkit/decide';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { until } from '../../kong/testkit/until';
import { startUpstream } from '../../kong/testkit/upstream';
import { llmMcpAgent } from '../../plugins/llm-mcp-agent';
import { streamOf, typeOf, type ApiPath, type ScriptedTurn } from './model-streams';

/** How a scripted model or tool responds: a turn or a result, or a handler of its own. */
export type ModelScript = readonly (ScriptedTurn | RequestListener)[];
/** The result of a call, by the arguments; or a handler of its own. */
export type ToolScript = (args: Readonly<Record<string, unknown>>, name: string) => object | RequestListener;

/** A request that the agent sent to the gateway. */
export interface InnerRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** The agent with its HTTP listener, and a server that plays the routes of the gateway. */
export interface AgentHost {
  model: ModelScript;
  tool: ToolScript;
  /** What `tools/list` returns, by the path of the server. */
  lists: Record<string, readonly object[]>;
  /** Pages of `tools/list` instead, by the path of the server. */
  pages: Record<string, readonly { readonly tools: readonly object[]; readonly nextCursor?: string }[]>;
  /** True: the servers answer `tools/list` with 503. */
  failsLists: boolean;
  /** Requests since the start of the test, without those of the handshake. */
  readonly modelRequests: InnerRequest[];
  readonly toolRequests: InnerRequest[];
  readonly listRequests: InnerRequest[];
  readonly lines: LogLine[];
  /** The span of the last run, with `sample_rate: 1` and `otlp_protocol: http/json`. */
  span(): Promise<{ readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }>;
  readonly metrics: Metrics;
  readonly listenerUrl: string;
  /** Sends a request as Kong would: through the access phase, with its ticket. */
  ask(api: string, body: object | string, options?: AskOptions): Promise<Response>;
  /** The ticket that the access phase gives, or the status with which it rejects. */
  admit(api: string, options?: AskOptions): Promise<string | number>;
  valueOf(series: string): Promise<number>;
  /** Ends the configuration, as Kong does when it is replaced. */
  dispose(): Promise<void>;
  close(): Promise<void>;
}

/** What a test sends besides the body. */
export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly consumer?: {
    readonly id: string;
    readonly username: string;
    readonly customId: string;
    readonly tags: readonly string[];
  };
  readonly signal?: AbortSignal;
}

/** A tool as a server lists it. */
export const tool = (name: string, rest: object = {}): object => ({
  name,
  description: `The tool ${name}`,
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { a: { type: 'number' } },
  },
  ...rest,
});

/** Starts the agent. @param config merged into one server `one` at `/one` with all tools */
export async function startAgentHost(config: object = {}): Promise<AgentHost> {
  const modelRequests: InnerRequest[] = [];
  const toolRequests: InnerRequest[] = [];
  const listRequests: InnerRequest[] = [];
  const lines: LogLine[] = [];
  const exported: string[] = [];
  const metrics = new Metrics();
  const host = {
    model: [] as ModelScript,
    tool: (() => ({ content: [] })) as ToolScript,
    lists: {} as AgentHost['lists'],
    failsLists: false,
    pages: {} as AgentHost['pages'],
  };

  const answerModel = (api: ApiPath, request: IncomingMessage, response: ServerResponse): void => {
    const script = host.model[modelRequests.length - 1] ?? host.model.at(-1) ?? {};
    if (typeof script === 'function') script(request, response);
    else response.writeHead(200, { 'Content-Type': typeOf(api) }).end(streamOf(api, script));
  };
  const answerTools = (inner: InnerRequest, request: IncomingMessage, response: ServerResponse): void => {
    const { id, method, params } = inner.body as { id?: number; method: string; params?: Record<string, unknown> };
    const reply = (result: object): void => {
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    if (method === 'server/discover') reply({ supportedVersions: ['2026-07-28'] });
    else if (method === 'tools/list') {
      listRequests.push(inner);
      if (host.failsLists) response.writeHead(503).end();
      else reply(host.pages[inner.path]?.[listRequests.length - 1] ?? { tools: host.lists[inner.path] ?? [] });
    } else {
      toolRequests.push(inner);
      const result = host.tool((params?.['arguments'] ?? {}) as Record<string, unknown>, String(params?.['name']));
      if (typeof result === 'function') result(request, response);
      else reply(result);
    }
  };
  const gateway = await startUpstream((request, response) => {
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const raw = Buffer.concat(chunks).toString();
      if (path === '/spans') {
        exported.push(raw);
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
        return;
      }
      const inner = {
        path,
        headers: request.headers,
        body: (raw === '' ? {} : JSON.parse(raw)) as InnerRequest['body'],
      };
      if (path.startsWith('/llm')) {
        modelRequests.push(inner);
        answerModel(path.slice('/llm'.length) as ApiPath, request, response);
      } else answerTools(inner, request, response);
    });
  });
  const http = await HttpListener.listen({
    host: '127.0.0.1',
    port: 0,
    onError: (error) => lines.push({ level: 'error', message: String(error) } as unknown as LogLine),
  });
  const agent: PreparedPlugin<never, never, never, never> = await preparePlugin(
    llmMcpAgent,
    {
      name: 'test',
      gateway_url: gateway.url,
      llm_path: '/llm',
      servers: [{ name: 'one', path: '/one', allow: ['*'] }],
      otlp_url: `${gateway.url}/spans`,
      sample_rate: 0,
      otlp_protocol: 'http/json',
      otlp_compression: 'none',
      flush_delay: 10,
      ...config,
    },
    { metrics, http, log: logInto(lines) },
  );

  let disposed: Promise<void> | undefined;
  const dispose = (): Promise<void> => (disposed ??= agent.dispose());
  const admit: AgentHost['admit'] = async (api, { headers = {}, method = 'POST', consumer } = {}) => {
    const facts = { method, upstreamPath: `/agent${api}`, headers, ...(consumer && { consumer }) };
    const outcome = await agent.access(facts);
    return outcome.kind === 'reject' ? outcome.status : String(outcome.upstreamHeaders?.['X-Agent-Ticket']);
  };
  return Object.assign(host, {
    modelRequests,
    toolRequests,
    listRequests,
    lines,
    metrics,
    listenerUrl: http.url,
    admit,
    ask: async (api: string, body: object | string, options: AskOptions = {}) => {
      const ticket = await admit(api, options);
      if (typeof ticket === 'number') return new Response(null, { status: ticket });
      const { signal, headers = {} } = options;
      return fetch(`${http.url}/agent${api}`, {
        method: 'POST',
        headers: { ...headers, 'X-Agent-Ticket': ticket },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(signal && { signal }),
      });
    },
    span: async () => {
      await until(() => Promise.resolve(exported.length > 0), 'a span');
      return spanIn(exported.splice(0).at(-1) ?? '');
    },
    valueOf: async (series: string) => {
      const text = await metrics.registry.metrics();
      const line = text.split('\n').find((one) => one.startsWith(`${series} `));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    dispose,
    close: async () => {
      await http.close();
      await dispose();
      await gateway.close();
    },
  });
}

interface OtlpSpan {
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

/** The last span of an export in JSON. */
function spanIn(text: string): { name: string; attributes: Record<string, unknown> } {
  const { resourceSpans } = JSON.parse(text) as {
    resourceSpans: readonly { scopeSpans: readonly { spans: readonly OtlpSpan[] }[] }[];
  };
  const { name, attributes } = resourceSpans.at(-1)!.scopeSpans.at(-1)!.spans.at(-1)!;
  return { name, attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])) };
}
