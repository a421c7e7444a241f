import { toNodeHandler } from '@modelcontextprotocol/node';
import { sendJson, sendText } from '../shared/answers';
import { startHttpServer, type ListenOptions, type RunningServer } from '../shared/http-server';
import { isLoopback } from '../shared/loopback';
import { routeOf } from '../shared/route';
import { Slots } from '../shared/slots';
import { createMcpEndpoint } from './mcp-endpoint';
import { createCalculator } from './mcp-server';
import { sendHeadAtOnce } from './send-head-at-once';
import { startSpans } from './spans';
import { withoutAccel } from './without-accel';

/** Settings of a calculator; every limit has a default. */
export interface CalculatorOptions extends ListenOptions {
  /** Its name in `initialize`, default `calculator`. */
  name?: string;
  /** Sessions kept at once, default 64; one more ends the least recently used. */
  maxSessions?: number;
  /** Milliseconds without a request after which a session ends, default 10 minutes. */
  sessionIdleMs?: number;
  /** Concurrent countdowns, default 64. */
  maxCountdowns?: number;
  /** Longest request body in bytes, default 4 MiB, the limit of the gateway; a longer one is answered with 413. */
  maxBodyBytes?: number;
  /** The OTLP endpoint for spans of requests that continue a trace; default: no spans. */
  tracesUrl?: string;
  /** The project of the spans in Phoenix, default `ai-gateway`. */
  project?: string;
}

/** Starts a calculator MCP server: Streamable HTTP at `/mcp`, `/health`, and its name at `/`. */
export async function startCalculator({
  name = 'calculator',
  maxSessions = 64,
  sessionIdleMs = 600_000,
  maxCountdowns = 64,
  maxBodyBytes = 4_194_304,
  tracesUrl,
  project = 'ai-gateway',
  ...listen
}: CalculatorOptions = {}): Promise<RunningServer> {
  const isGo = name.startsWith('go-');
  // Like the servers of the SDKs: on loopback they accept only the names of loopback.
  const wrongHost = isGo ? 403 : 421;
  const checksHost = isLoopback(listen.host ?? '127.0.0.1');
  const countdowns = new Slots(maxCountdowns);
  const endpoint = createMcpEndpoint(() => createCalculator(name, countdowns), {
    maxSessions,
    idleMs: sessionIdleMs,
    maxBodyBytes,
  });
  const spans = tracesUrl === undefined ? undefined : startSpans({ url: tracesUrl, project, service: name });
  const traced = spans
    ? { fetch: (request: Request) => spans.around(request, (inner) => endpoint.fetch(inner)) }
    : endpoint;
  const answerMcp = toNodeHandler(traced, { maxRequestBodySize: maxBodyBytes });

  return startHttpServer(
    listen,
    async (request, response) => {
      const route = routeOf(request);
      if (route?.path === '/mcp' && checksHost && !isLoopback(request.headers.host)) {
        sendText(response, wrongHost, 'Invalid Host header');
      } else if (route?.path === '/mcp') {
        if (isGo) withoutAccel(response);
        if (request.method === 'GET') sendHeadAtOnce(response);
        // The request type of the adapter lacks `| undefined` on optional members.
        await answerMcp(request as Parameters<typeof answerMcp>[0], response);
      } else if (route?.method === 'GET' && route.path === '/health') {
        sendJson(response, 200, { status: 'ok', name });
      } else if (route?.method === 'GET' && route.path === '/') {
        sendJson(response, 200, { name, protocol: 'MCP over Streamable HTTP', endpoint: 'mcp', health: 'health' });
      } else {
        sendJson(response, 404, { error: 'not found' });
      }
    },
    async () => {
      await endpoint.close();
      await spans?.end();
    },
  );
}
