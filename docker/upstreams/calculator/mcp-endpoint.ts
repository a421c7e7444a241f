import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport as StatelessTransport,
  type McpServer,
} from '@modelcontextprotocol/server';
import { answerShape, wantsProgress } from './answer-shape';
import { createSessions, type SessionLimits } from './sessions';

/** `/mcp` as one function from a web request to its response. */
export interface McpEndpoint {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Serves every revision at one address: requests of 2026-07-28 by the version in `_meta`, `initialize` and the requests
 * after it in a session, and any other request alone, so that a single POST without a handshake works too.
 * If the client of a request without a session disconnects, the work for that request ends.
 */
export function createMcpEndpoint(
  createServer: () => McpServer,
  limits: SessionLimits & { maxBodyBytes: number },
): McpEndpoint {
  const modern = createMcpHandler(createServer, { legacy: 'reject', maxRequestBodySize: limits.maxBodyBytes });
  const sessions = createSessions(createServer, limits);

  const answerLegacy = async (request: Request, body: unknown): Promise<Response> => {
    const sessionId = request.headers.get('mcp-session-id');
    if (sessionId !== null) {
      return (await sessions.find(sessionId)?.handleRequest(request)) ?? rejectWith(404, -32001, 'Session not found');
    }
    if (request.method !== 'POST') return rejectWith(400, -32000, 'Bad Request: Mcp-Session-Id header is required');
    if (isInitialize(body)) return (await sessions.open()).handleRequest(request);
    return answerAlone(createServer(), request, body);
  };

  return {
    fetch: async (request) => {
      if (!['POST', 'GET', 'DELETE'].includes(request.method)) {
        return rejectWith(405, -32000, 'Method not allowed', { allow: 'POST, GET, DELETE' });
      }
      const body = await peekJson(request);
      if (await isLegacyRequest(request)) return answerLegacy(request, body);
      return modern.fetch(request);
    },
    close: async () => {
      sessions.closeAll();
      await modern.close();
    },
  };
}

async function answerAlone(server: McpServer, request: Request, body: unknown): Promise<Response> {
  const shape = answerShape(request.headers.get('accept'), wantsProgress(body));
  const transport = new StatelessTransport({ enableJsonResponse: shape !== 'sse' });
  request.signal.addEventListener('abort', () => void server.close(), { once: true });
  await server.connect(transport);
  const response = await transport.handleRequest(shape === 'not_acceptable' ? request : acceptBoth(request));
  if (shape !== 'sse') await server.close();
  return response;
}

/** The SDK requires both media types; the shape of the answer already considers what the client accepts. */
function acceptBoth(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set('accept', 'application/json, text/event-stream');
  return new Request(request, { headers });
}

function isInitialize(body: unknown): boolean {
  return (Array.isArray(body) ? body : [body]).some((message) => isInitializeRequest(message));
}

async function peekJson(request: Request): Promise<unknown> {
  if (request.method !== 'POST') return undefined;
  try {
    return JSON.parse(await request.clone().text());
  } catch {
    // The transport answers a body that cannot be parsed.
    return undefined;
  }
}

function rejectWith(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}
