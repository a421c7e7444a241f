import type { ToolDefinition } from '../lists/tool-definition';

/** Names that occur more than once, with different definitions: it is unknown which one a model was shown. */
export function differingNames(tools: readonly ToolDefinition[]): ReadonlySet<string> {
  const hashes = new Map<string, string>();
  const differing = new Set<string>();
  for (const { name, hash } of tools) {
    if ((hashes.get(name) ?? hash) !== hash) differing.add(name);
    hashes.set(name, hash);
  }
  return differing;
}
