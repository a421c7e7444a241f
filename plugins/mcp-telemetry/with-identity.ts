import type { McpIdentity } from '../shared/mcp/identity';
import type { LogEntry } from '../shared/telemetry/log-entry';
import { withoutSeal } from './sessions/session-id';

/** A log entry with what mcp-auth found out: session ids without their seal, and the principal of a known caller. */
export function withIdentity(entry: LogEntry, identity: McpIdentity | undefined): LogEntry {
  if (!identity) return entry;
  const own = identity.sealed ? withoutSeal(entry) : entry;
  return identity.kind === 'anonymous' ? own : { ...own, principal: identity.principal };
}
