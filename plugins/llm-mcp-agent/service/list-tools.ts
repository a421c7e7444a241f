import type { McpConnection, McpReply } from '../mcp/mcp-connection';
import { textOfReply } from '../mcp/reply-text';
import { callerKeyOf, type Server, type State } from '../state';
import type { Caller } from '../tickets/caller';
import type { ListedServer } from '../tools/offer-tools';
import type { ToolList } from '../tools/tool-lists';

/** The tools of all servers for a caller, or the server that does not list its own. */
export type ListedServers =
  { readonly servers: readonly ListedServer[] } | { readonly missing: string; readonly why: string };

/** Opens the connection of the run to a server. `known`: from an earlier list. */
export type Connect = (server: Server, known: ToolList | undefined) => McpConnection;

/** Lists the tools of all servers, at the same time, as the caller. */
export async function listTools({ servers, lists }: State, caller: Caller, connect: Connect): Promise<ListedServers> {
  const key = callerKeyOf(caller);
  const listed = await Promise.all(
    servers.map(async (server): Promise<ListedServer | { readonly failure: McpReply }> => {
      const known = lists.get(key, server.name);
      const connection = connect(server, known);
      if (known) return { ...server, tools: known.tools };
      const reply = await connection.listTools();
      if ('failure' in reply) return server.optional ? { ...server, tools: [] } : reply;
      lists.set(key, server.name, { tools: reply.tools, revision: connection.knownRevision });
      return { ...server, tools: reply.tools };
    }),
  );
  const failed = listed.findIndex((one) => 'failure' in one);
  const reply = listed[failed];
  if (!reply || !('failure' in reply))
    return { servers: listed.filter((one): one is ListedServer => !('failure' in one)) };
  const { text } = textOfReply(reply.failure, { maxBytes: 500, takesImages: false });
  return { missing: servers[failed]?.name ?? '', why: text };
}
