import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { TestUpstream } from '../../kong/testkit/upstream';
import { serveMcpServer } from './serve-mcp-server';

/**
 * An official server that has only tools: it responds with -32601 to a request for prompts. `legacy: 'reject'`: it serves only
 * 2026-07-28.
 */
export const startToolsOnlyServer = (options?: { readonly legacy: 'reject' }): Promise<TestUpstream> =>
  serveMcpServer(createServer, options);

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
