import { randomUUID } from 'node:crypto';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  inputResponse,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport as SessionTransport,
  type CallToolResult,
  type ElicitRequestFormParams,
  type EventStore,
  type InputRequiredResult,
  type JSONRPCMessage,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';

/** The resource that can be read and subscribed to. */
export const NOTE = 'test://note';

/** The argument that clients of 2026-07-28 repeat in `Mcp-Param-Region`. */
export const LOOK_UP_SCHEMA = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, limit: { type: 'integer', maximum: 10 } },
  required: ['region'],
} as const;

/** The server of {@link startMcpTestServer}. */
export interface McpTestServer extends TestUpstream {
  /** The values of `Last-Event-ID` from clients that reconnected. */
  readonly resumedAfter: readonly string[];
}

/** An MCP server with every feature, for all revisions: sessions with resumable streams, and stateless requests. */
export async function startMcpTestServer(): Promise<McpTestServer> {
  const resumedAfter: string[] = [];
  const sessions = new Map<string, SessionTransport>();
  const modern = createMcpHandler(() => createServer(() => modern.notify), { legacy: 'reject' });

  const openSession = async (): Promise<SessionTransport> => {
    const transport = new SessionTransport({
      sessionIdGenerator: () => randomUUID(),
      eventStore: new MemoryEvents(),
      retryInterval: 1,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await createServer(undefined).connect(transport);
    return transport;
  };
  const answer = async (request: Request): Promise<Response> => {
    if (!(await isLegacyRequest(request))) return modern.fetch(request);
    const id = request.headers.get('mcp-session-id');
    const transport = id === null ? await openSession() : sessions.get(id);
    return transport?.handleRequest(request) ?? new Response('Session not found', { status: 404 });
  };
  const handle = toNodeHandler({ fetch: answer });
  const upstream = await startUpstream((request, response) => {
    const lastEventId = request.headers['last-event-id'];
    if (typeof lastEventId === 'string') resumedAfter.push(lastEventId);
    // The adapter's own type of a request lacks `| undefined` on its optional members.
    void handle(request as Parameters<typeof handle>[0], response);
  });
  return {
    ...upstream,
    resumedAfter,
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
      await modern.close();
      await upstream.close();
    },
  };
}

/** `notifier` notifies all listeners of stateless clients; a session notifies its own client. */
function createServer(notifier: (() => ServerNotifier) | undefined): McpServer {
  const server = new McpServer(
    { name: 'test', version: '1' },
    { capabilities: { tools: {}, prompts: {}, resources: { subscribe: true } } },
  );
  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}` } }],
  }));
  server.registerResource('note', NOTE, {}, (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] }));
  server.registerTool('count', { inputSchema: z.object({ to: z.int() }) }, async ({ to }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken ?? 'none';
    for (let progress = 1; progress <= to; progress++) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: to } });
    }
    return text(`counted to ${to}`);
  });
  server.registerTool('look-up', { inputSchema: lookUpInput }, ({ region }) => text(`looked up in ${region}`));
  server.registerTool('ask', { inputSchema: z.object({}) }, ask);
  server.registerTool('think', { inputSchema: z.object({}) }, think);
  server.registerTool('leave', { inputSchema: z.object({}) }, (_, { http }) => {
    // The response is kept for the client, which reconnects to get it.
    http?.closeSSE?.();
    return text('came back');
  });
  server.registerTool('touch', { inputSchema: z.object({}) }, async () => {
    if (notifier) notifier().resourceUpdated(NOTE);
    else await server.server.sendResourceUpdated({ uri: NOTE });
    return text('touched');
  });
  if (!notifier) {
    server.server.setRequestHandler('resources/subscribe', () => ({}));
    server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  }
  return server;
}

const lookUpInput = z.object({
  region: z.string().meta({ 'x-mcp-header': 'Region' }),
  limit: z.int().max(10).optional(),
});

/** A stateless call ends with the question and is repeated with the answer; in a session the server asks meanwhile. */
const isStateless = ({ mcpReq }: ServerContext): boolean => mcpReq.envelope !== undefined;

const question: ElicitRequestFormParams = {
  message: 'How much?',
  requestedSchema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
};

async function ask(_: unknown, context: ServerContext): Promise<CallToolResult | InputRequiredResult> {
  const { mcpReq } = context;
  if (!isStateless(context)) {
    const { action, content } = await mcpReq.send({ method: 'elicitation/create', params: question });
    return text(`${action} ${JSON.stringify(content)}`);
  }
  const content = acceptedContent(mcpReq.inputResponses, 'amount');
  if (!content) return inputRequired({ inputRequests: { amount: inputRequired.elicit(question) } });
  return text(`accept ${JSON.stringify(content)}`);
}

const prompt = { messages: [{ role: 'user', content: { type: 'text', text: 'Say pong' } }], maxTokens: 9 } as const;

async function think(_: unknown, context: ServerContext): Promise<CallToolResult | InputRequiredResult> {
  const { mcpReq } = context;
  const messages = [...prompt.messages];
  if (!isStateless(context)) {
    const params = { ...prompt, messages };
    const { content } = await mcpReq.send({ method: 'sampling/createMessage', params });
    return text(JSON.stringify(content));
  }
  const given = inputResponse(mcpReq.inputResponses, 'thought');
  if (given.kind !== 'sampling') {
    return inputRequired({ inputRequests: { thought: inputRequired.createMessage({ ...prompt, messages }) } });
  }
  return text(JSON.stringify(given.result.content));
}

const text = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] });

/** Keeps the messages of streams in the order in which they were sent. */
class MemoryEvents implements EventStore {
  private readonly events: { streamId: string; message: JSONRPCMessage }[] = [];

  storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    return Promise.resolve(String(this.events.push({ streamId, message }) - 1));
  }

  getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return Promise.resolve(this.events[Number(eventId)]?.streamId);
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const streamId = this.events[Number(lastEventId)]?.streamId ?? '';
    for (const [index, event] of this.events.entries()) {
      const isMissed = index > Number(lastEventId) && event.streamId === streamId;
      // An empty message marks the place where a stream begins.
      if (isMissed && Object.keys(event.message).length > 0) await send(String(index), event.message);
    }
    return streamId;
  }
}
