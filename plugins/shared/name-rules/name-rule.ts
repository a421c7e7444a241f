import { anyGlobMatcher } from './glob';

/** Allow- and deny-lists of globs; a denial wins over an allowance, an absent or empty allow-list allows all. */
export interface NameLists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Compiled lists. */
export interface NameRule {
  readonly allows: (name: string) => boolean;
  /** Is the name on the allow-list by an entry, and not on the deny-list? */
  readonly allowsExplicitly: (name: string) => boolean;
  /** Is the name on the deny-list? */
  readonly denies: (name: string) => boolean;
}

/** Compiles lists of names, which are compared exactly: MCP's names are case-sensitive. */
export function nameRule({ allow, deny }: NameLists): NameRule {
  const isAllowed = anyGlobMatcher(allow);
  const isDenied = anyGlobMatcher(deny);
  return {
    allows: (name) => !isDenied(name) && (allow.length === 0 || isAllowed(name)),
    allowsExplicitly: (name) => !isDenied(name) && isAllowed(name),
    denies: isDenied,
  };
}
