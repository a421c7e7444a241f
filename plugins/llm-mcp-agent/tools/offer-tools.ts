import { without, type JsonObject } from '../../shared/json/json-object';
import { recordOf, textOf } from '../../shared/json/lenient-json';
import type { NameRule } from '../../shared/name-rules/name-rule';
import type { OfferedTool, OfferedTools } from './offered-tool';
import { publicNameOf } from './public-name';

/** A server with the tools that it lists. */
export interface ListedServer {
  readonly name: string;
  /** Put before the names of its tools. */
  readonly prefix?: string;
  /** Which of its tools may be offered and called. */
  readonly rule: NameRule;
  /** True for a tool whose calls the user has to approve. */
  readonly needsApproval: (tool: string) => boolean;
  readonly untrusted: boolean;
  readonly tools: readonly JsonObject[];
}

/** The bounds of what is offered. */
export interface OfferBounds {
  readonly maxTools: number;
  /** The bytes of all definitions. */
  readonly maxDefinitionBytes: number;
  /** True if every tool that is not read-only needs an approval. */
  readonly asksUnlessReadOnly: boolean;
}

/** The tools that a run offers, and what was left out. */
export interface Offer {
  readonly tools: OfferedTools;
  /** Names that two servers use: none of the tools is offered. */
  readonly ambiguous: readonly string[];
  /** The number of tools that were left out because of the bounds. */
  readonly dropped: number;
}

const MAX_DESCRIPTION = 1024;

/**
 * Chooses the tools for the model: allowed ones with an unambiguous name that the client does not use itself, within the
 * bounds. In the order of servers and names, so that prompts stay the same and can be cached.
 */
export function offerTools(servers: readonly ListedServer[], taken: ReadonlySet<string>, bounds: OfferBounds): Offer {
  const all = servers.flatMap((server) => toolsOf(server, bounds.asksUnlessReadOnly));
  const counts = new Map<string, number>();
  for (const { publicName } of all) counts.set(publicName, (counts.get(publicName) ?? 0) + 1);
  const ambiguous = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
  const usable = all.filter(({ publicName }) => counts.get(publicName) === 1 && !taken.has(publicName));
  const kept = withinBytes(usable.slice(0, bounds.maxTools), bounds.maxDefinitionBytes);
  return {
    tools: new Map(kept.map((tool) => [tool.publicName, tool])),
    ambiguous,
    dropped: usable.length - kept.length,
  };
}

function toolsOf(listed: ListedServer, asksUnlessReadOnly: boolean): OfferedTool[] {
  const { name: server, prefix = '', rule, tools } = listed;
  return tools
    .flatMap((tool): OfferedTool[] => {
      const name = textOf(tool['name']);
      if (name === undefined || !rule.allowsExplicitly(name)) return [];
      const schema = without(recordOf(tool['inputSchema']), '$schema');
      const description = (textOf(tool['description']) ?? '').slice(0, MAX_DESCRIPTION);
      const isReadOnly = recordOf(tool['annotations'])['readOnlyHint'] === true;
      return [
        {
          publicName: publicNameOf(prefix, name),
          server,
          name,
          description,
          schema,
          isReadOnly,
          needsApproval: listed.needsApproval(name) || (asksUnlessReadOnly && !isReadOnly),
          isUntrusted: listed.untrusted,
        },
      ];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Leaves out the largest definitions first. */
function withinBytes(tools: readonly OfferedTool[], maxBytes: number): OfferedTool[] {
  const sized = tools.map((tool) => ({
    tool,
    bytes: Buffer.byteLength(JSON.stringify([tool.description, tool.schema])),
  }));
  let total = sized.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped = new Set<OfferedTool>();
  for (const { tool, bytes } of [...sized].sort((a, b) => b.bytes - a.bytes)) {
    if (total <= maxBytes) break;
    dropped.add(tool);
    total -= bytes;
  }
  return tools.filter((tool) => !dropped.has(tool));
}
