import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { foldName } from '../../shared/mcp/fold-text';
import type { ReadingBudget } from '../../shared/mcp/resource-uris/readings';
import { foldMethod } from '../protocol/fold-method';
import type { Rules } from '../rules';

/** What a method may not use: a tool, a prompt or a resource, by its name. */
export interface Denied {
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly name: string;
}

/** Objects and lists inside `params` that are looked into. */
const MAX_DEPTH = 3;

/** The arguments of a tool are the tool's; what a client says of itself names nothing. */
const NOT_OURS = new Set(['_meta', 'arguments', 'clientInfo', 'capabilities']);

const URI_NAMES = new Set(['uri', 'uris', 'uritemplate']);
const URL_NAMES = new Set(['url', 'urls', 'href', 'hrefs', 'link', 'links']);

/**
 * The first denied thing that a method of an extension names, whose params no schema describes: `resources/directory/read`
 * with a URI, a `ref` with a name. Members count whose names say what they hold (`uri`, `resource...`, `tool...`,
 * `prompt...`, `name`), down to {@link MAX_DEPTH} levels.
 */
export function findDenied(
  method: string,
  params: JsonObject,
  rules: Rules,
  budget: ReadingBudget,
): Denied | undefined {
  const inspect = (name: string, value: unknown, depth: number): Denied | undefined => {
    if (typeof value === 'string') return judgeName(method, name, value, rules, budget);
    if (depth >= MAX_DEPTH) return undefined;
    if (Array.isArray(value)) return firstOf(value, (item) => inspect(name, item, depth + 1));
    if (!isJsonObject(value)) return undefined;
    return firstOf(Object.keys(value), (key) =>
      NOT_OURS.has(key) ? undefined : inspect(foldName(key), value[key], depth + 1),
    );
  };
  return inspect('', params, 0);
}

function judgeName(
  method: string,
  member: string,
  value: string,
  { tools, prompts, resources }: Rules,
  budget: ReadingBudget,
): Denied | undefined {
  const deniedIf = (kind: Denied['kind'], isDenied: boolean): Denied | undefined =>
    isDenied ? { kind, name: value } : undefined;
  if (URI_NAMES.has(member) || member.startsWith('resource')) {
    // Without a scheme it may be a name of another kind, which no list of URIs allows.
    const isDenied = SCHEME.test(value) ? !resources.allows(value, budget) : resources.denies(value, budget);
    return deniedIf('resource', isDenied);
  }
  if (URL_NAMES.has(member)) return deniedIf('resource', resources.denies(value, budget));
  const isName = member === 'name' || member === 'names';
  const kind = isName ? subjectOf(foldMethod(method)) : subjectOf(member.replace(/(?:names?|s)$/, ''));
  if (kind === 'tool') return deniedIf(kind, !tools.allows(value));
  if (kind === 'prompt') return deniedIf(kind, !prompts.allows(value));
  return isName ? (deniedIf('tool', tools.denies(value)) ?? deniedIf('prompt', prompts.denies(value))) : undefined;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** What a method is about, or a member holds. */
const subjectOf = (folded: string): Denied['kind'] | undefined =>
  /^(?:tool|prompt|resource)(?=s?(?:\/|$))/.exec(folded)?.[0] as Denied['kind'] | undefined;

function firstOf<T>(items: readonly T[], find: (item: T) => Denied | undefined): Denied | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}
