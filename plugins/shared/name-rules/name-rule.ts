import { anyGlobMatcher } from './glob';

/** Allow- and deny-lists of globs. The deny-list wins; an empty allow-list allows all. */
export interface NameLists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Compiled lists. */
export interface NameRule {
  readonly allows: (name: string) => boolean;
  /** True if an entry of the allow-list matches the name, and the deny-list does not. */
  readonly allowsExplicitly: (name: string) => boolean;
  /** True if the name is on the deny-list. */
  readonly denies: (name: string) => boolean;
}

/** Compiles lists of names. They are compared with case, since names in MCP are case-sensitive. */
export function nameRule({ allow, deny }: NameLists): NameRule {
  const isAllowed = anyGlobMatcher(allow);
  const isDenied = anyGlobMatcher(deny);
  return {
    allows: (name) => !isDenied(name) && (allow.length === 0 || isAllowed(name)),
    allowsExplicitly: (name) => !isDenied(name) && isAllowed(name),
    denies: isDenied,
  };
}
