import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { foldName } from '../../shared/mcp/fold-text';
import type { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import { foldMethod } from '../protocol/fold-method';
import type { PolicyRules } from './policy-rules';

/** A tool, prompt or resource that a method must not use. */
export interface Denied {
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly name: string;
}

/** Levels of objects and lists inside `params` that are searched. */
const MAX_DEPTH = 3;

/** Members that are not searched: arguments belong to the tool, and what a client declares about itself names nothing. */
const NOT_SEARCHED = new Set(['_meta', 'arguments', 'clientInfo', 'capabilities']);

const URI_NAMES = new Set(['uri', 'uris', 'uritemplate']);
const URL_NAMES = new Set(['url', 'urls', 'href', 'hrefs', 'link', 'links']);

/**
 * Finds the first denied tool, prompt or resource that a method of an extension names: `resources/directory/read` with a
 * URI, a `ref` with a name. No schema describes such params, so the search uses the names of members (`uri`,
 * `resource...`, `tool...`, `prompt...`, `name`), down to {@link MAX_DEPTH} levels.
 */
export function findDenied(
  method: string,
  params: JsonObject,
  rules: PolicyRules,
  readings: UriReadings,
): Denied | undefined {
  const inspect = (name: string, value: unknown, depth: number): Denied | undefined => {
    if (typeof value === 'string') return checkName(method, name, value, rules, readings);
    if (depth >= MAX_DEPTH) return undefined;
    if (Array.isArray(value)) return firstOf(value, (item) => inspect(name, item, depth + 1));
    if (!isJsonObject(value)) return undefined;
    return firstOf(Object.keys(value), (key) =>
      NOT_SEARCHED.has(key) ? undefined : inspect(foldName(key), value[key], depth + 1),
    );
  };
  return inspect('', params, 0);
}

function checkName(
  method: string,
  member: string,
  value: string,
  { tools, prompts, resources }: PolicyRules,
  readings: UriReadings,
): Denied | undefined {
  const deniedIf = (kind: Denied['kind'], isDenied: boolean): Denied | undefined =>
    isDenied ? { kind, name: value } : undefined;
  if (URI_NAMES.has(member) || member.startsWith('resource')) {
    // Without a scheme it may be another kind of name, which no list of URIs allows.
    const isDenied = SCHEME.test(value) ? !resources.allows(value, readings) : resources.denies(value, readings);
    return deniedIf('resource', isDenied);
  }
  if (URL_NAMES.has(member)) return deniedIf('resource', resources.denies(value, readings));
  const isName = member === 'name' || member === 'names';
  const kind = isName ? subjectOf(foldMethod(method)) : subjectOf(member.replace(/(?:names?|s)$/, ''));
  if (kind === 'tool') return deniedIf(kind, !tools.allows(value));
  if (kind === 'prompt') return deniedIf(kind, !prompts.allows(value));
  return isName ? (deniedIf('tool', tools.denies(value)) ?? deniedIf('prompt', prompts.denies(value))) : undefined;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** The kind of thing that a method or member is about. */
const subjectOf = (folded: string): Denied['kind'] | undefined =>
  /^(?:tool|prompt|resource)(?=s?(?:\/|$))/.exec(folded)?.[0] as Denied['kind'] | undefined;

function firstOf<T>(items: readonly T[], find: (item: T) => Denied | undefined): Denied | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}
