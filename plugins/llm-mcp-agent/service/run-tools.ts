import type { Dialogue, ToolDefinition } from '../apis/dialogue';
import { McpConnection } from '../mcp/mcp-connection';
import type { RunRules } from '../run/run-state';
import type { State } from '../state';
import type { Caller } from '../tickets/caller';
import { offerTools } from '../tools/offer-tools';
import type { OfferedTools } from '../tools/offered-tool';
import { innerHeaders } from './inner-headers';
import { listTools } from './list-tools';

/** A server that does not list its tools. */
export interface MissingServer {
  readonly missing: string;
  readonly why: string;
}

/** The servers of one run: their tools, and the connections to them. */
export class RunTools {
  private readonly connections = new Map<string, McpConnection>();

  /** @param signal the end of the run */
  constructor(
    private readonly state: State,
    private readonly caller: Caller,
    private readonly runId: string,
    private readonly traceparent: string,
    private readonly signal: AbortSignal,
  ) {}

  /** The rules of the run, with the tools that it offers. */
  async rulesFor(dialogue: Dialogue): Promise<RunRules | MissingServer> {
    const { config, servers } = this.state;
    const bounds = {
      maxRounds: config.max_rounds,
      maxToolCalls: config.max_tool_calls,
      maxRepeats: config.max_repeats,
      maxTokens: config.max_run_tokens,
    };
    const isTainted = servers.some(({ name, untrusted }) => untrusted && dialogue.shownServers.has(name));
    const { allowsParallelCalls, asksApproval } = dialogue;
    const rules = { bounds, allowsParallelCalls, asksApproval, isTainted };
    // Calls that the user has answered are made even if the request forbids further ones.
    if (!dialogue.allowsTools && dialogue.answered.length === 0) return { ...rules, tools: new Map() };
    const tools = await this.offer(dialogue);
    return 'missing' in tools ? tools : { ...rules, tools };
  }

  /** The connection to a server. @throws Error when {@link rulesFor} did not open it */
  connectionTo(server: string): McpConnection {
    const connection = this.connections.get(server);
    if (!connection) throw new Error(`no connection to the server ${server}`);
    return connection;
  }

  /** Ends the sessions. */
  close(): void {
    for (const connection of this.connections.values()) connection.close();
  }

  private async offer(dialogue: Dialogue): Promise<OfferedTools | MissingServer> {
    const { config, metrics, log } = this.state;
    const listed = await listTools(this.state, this.caller, (server, known) => {
      const connection = new McpConnection({
        send: this.state.send,
        path: server.path,
        headers: innerHeaders(this.caller, this.runId, this.traceparent),
        timeoutMs: server.timeout * 1000,
        revision: server.revision === 'auto' ? known?.revision : server.revision,
        signal: this.signal,
      });
      this.connections.set(server.name, connection);
      return connection;
    });
    this.signal.throwIfAborted();
    if ('missing' in listed) return listed;
    const offer = offerTools(listed.servers, dialogue.clientTools, {
      maxTools: config.max_tools,
      maxDefinitionBytes: config.max_definition_bytes,
      asksUnlessReadOnly: config.require_approval_unless_read_only,
    });
    metrics.ambiguousTools.set({ agent: config.name }, offer.ambiguous.length);
    metrics.droppedTools.set({ agent: config.name }, offer.dropped);
    const names = offer.ambiguous.slice(0, MAX_WARNED).join(', ');
    if (names !== '' && this.state.warned.ambiguous !== names) {
      this.state.warned.ambiguous = names;
      log.warn(
        { agent: config.name, tools: names },
        'two servers have tools of the same name; give one of them a prefix',
      );
    }
    return offer.tools;
  }
}

/** Names in one warning. */
const MAX_WARNED = 20;

/** The tools as the model sees them. */
export const definitionsOf = (tools: OfferedTools): readonly ToolDefinition[] =>
  [...tools.values()].map(({ publicName, description, schema }) => ({ name: publicName, description, schema }));
