import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';

/** Serves official servers over HTTP. `legacy: 'reject'`: only 2026-07-28. */
export async function serveMcpServer(
  createServer: Parameters<typeof createMcpHandler>[0],
  options?: { readonly legacy: 'reject' },
): Promise<TestUpstream> {
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
