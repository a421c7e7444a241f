import { readingsOf, type ReadingBudget } from '../shared/mcp/resource-uris/readings';
import { uriMatcher, type Extent } from '../shared/mcp/resource-uris/uri-lists';
import { globMatcher } from '../shared/name-rules/glob';

/**
 * The target of a call: a name; for a resource all readings of its URI, or undefined if there are too many, which no
 * honest client causes.
 */
export type CallName = string | readonly string[] | undefined;

/** The target of a call by its method. `budget` bounds the work for all URIs of one request. */
export const callNameOf = (method: string, name: string, budget: ReadingBudget): CallName =>
  method.startsWith('resources/') && name !== '' ? readingsOf(name, budget) : name;

/**
 * Compiles the glob of a rule. Names are case-sensitive. A URI that only some servers would resolve to a resource of the
 * rule has the extent `some`: it is counted by this rule, and by the next rule that applies to it.
 */
export function callNameMatcher(glob: string): (name: CallName) => Extent {
  const matchesName = globMatcher(glob);
  const matchesUri = uriMatcher(glob);
  return (name) => {
    if (name === undefined) return glob === '*' ? 'all' : 'some';
    if (typeof name !== 'string') return matchesUri(name);
    return matchesName(name) ? 'all' : 'none';
  };
}
