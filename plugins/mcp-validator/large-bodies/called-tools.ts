import { targetOf } from '../../shared/mcp/call-targets';
import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';

/** The names of the tools that messages call, each once. */
export function calledTools(messages: readonly ParsedMessage[]): readonly string[] {
  const names = new Set<string>();
  for (const message of messages) {
    if (message.kind === 'response' || message.method !== 'tools/call') continue;
    const name = targetOf(message.method, message.params);
    if (name !== undefined) names.add(name);
  }
  return [...names];
}
