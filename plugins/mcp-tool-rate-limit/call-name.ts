import { readingsOf, type ReadingBudget } from '../shared/mcp/resource-uris/readings';
import { uriMatcher, type Extent } from '../shared/mcp/resource-uris/uri-lists';
import { globMatcher } from '../shared/name-rules/glob';

/**
 * What a call is of: a name; of a resource all readings of its URI; undefined where there are too many, which no honest
 * client causes.
 */
export type CallName = string | readonly string[] | undefined;

/** Reads the name of a call by its method. `budget` bounds the work for all URIs of one request. */
export const callNameOf = (method: string, name: string, budget: ReadingBudget): CallName =>
  method.startsWith('resources/') && name !== '' ? readingsOf(name, budget) : name;

/**
 * Compiles the glob of a rule. Names are compared with case. A URI that only some server takes for one that the rule is
 * for is counted by it, and by the rule for what it seems to be.
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
