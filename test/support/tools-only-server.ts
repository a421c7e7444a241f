import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';

/**
 * An official server that has only tools: it responds with -32601 to a request for prompts. `legacy: 'reject'`: it serves only
 * 2026-07-28.
 */
export async function startToolsOnlyServer(options?: { readonly legacy: 'reject' }): Promise<TestUpstream> {
  const handler = createMcpHandler(createServer, options);
  const handle = toNodeHandler({ fetch: (request) => handler.fetch(request) });
  const upstream = await startUpstream((request, response) => {
    // The adapter's own type of a request lacks `| undefined` on its optional members.
    void handle(request as Parameters<typeof handle>[0], response);
  });
  return {
    ...upstream,
    close: async () => {
      await handler.close();
      await upstream.close();
    },
  };
}

function createServer(): McpServer {
  const server = new McpServer({ name: 'tools-only', version: '1' }, { capabilities: { tools: {} } });
  const numbers = z.object({ a: z.number(), b: z.number() });
  server.registerTool('add', { inputSchema: numbers }, ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }));
  server.registerTool('divide', { inputSchema: numbers }, ({ a, b }) => {
    if (b === 0) throw new Error('division by zero');
    return { content: [{ type: 'text', text: String(a / b) }] };
  });
  return server;
}
