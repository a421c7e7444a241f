import type { McpIdentity } from '../../shared/mcp/identity';
import type { NameLists } from '../../shared/name-rules/name-rule';

/** What Kong and mcp-auth know about the caller of a request. */
export interface CallerFacts {
  /** Undefined for a caller that no authentication plugin authenticated as a consumer. */
  readonly consumer: { readonly id: string; readonly username: string; readonly tags: readonly string[] } | undefined;
  /** The groups of the acl plugin and of plugins that authenticate groups. */
  readonly groups: readonly string[];
  /** What mcp-auth shared; undefined if it is not on the route. */
  readonly identity?: McpIdentity | undefined;
}

/** Lists for some callers. A caller must match each condition that is not empty. */
export interface CallerRule extends NameLists {
  /** Usernames or ids. */
  readonly consumers: readonly string[];
  readonly consumer_tags: readonly string[];
  readonly groups: readonly string[];
}

/** True for a rule that applies to the caller. A rule without conditions applies to all, also to unknown callers. */
export function appliesTo(rule: CallerRule, caller: CallerFacts | undefined): boolean {
  const { consumers, consumer_tags, groups } = rule;
  const consumer = caller?.consumer;
  const names = consumer ? [consumer.id, consumer.username] : [];
  return isMet(consumers, names) && isMet(consumer_tags, consumer?.tags ?? []) && isMet(groups, caller?.groups ?? []);
}

/** True if nothing is required, or one of the values is among the required ones. An empty value names nobody. */
export const isMet = (required: readonly string[], values: readonly (string | undefined)[]): boolean =>
  required.length === 0 || values.some((value) => value !== undefined && value !== '' && required.includes(value));

/** True for a rule that depends on who the caller is. */
export const hasConditions = ({ consumers, consumer_tags, groups }: CallerRule): boolean =>
  consumers.length + consumer_tags.length + groups.length > 0;
