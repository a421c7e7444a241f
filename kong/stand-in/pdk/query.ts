import type { LuaValue } from '../lua/value';

const MAX_ARGUMENTS = 100;

/** nginx's unescaping of an argument: `+` is a space, a malformed escape stays. */
const unescapeArgument = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A query as `ngx.req.get_uri_args` returns it: `true` for a name without a value, a list for a repeated name. */
export function parseQuery(query: string | undefined, max = MAX_ARGUMENTS): Record<string, LuaValue> {
  const values = new Map<string, LuaValue>();
  for (const part of (query ?? '').split('&').slice(0, max)) {
    if (part === '' || part.startsWith('=')) continue;
    const mark = part.indexOf('=');
    const name = unescapeArgument(mark === -1 ? part : part.slice(0, mark));
    const value = mark === -1 ? true : unescapeArgument(part.slice(mark + 1));
    const present = values.get(name);
    values.set(
      name,
      present === undefined ? value : Array.isArray(present) ? [...(present as LuaValue[]), value] : [present, value],
    );
  }
  return Object.fromEntries(values);
}

/** A query without an argument. */
export const removeArgument = (query: string, name: string): string =>
  query
    .split('&')
    .filter((part) => unescapeArgument(part.split('=')[0] ?? '') !== name)
    .join('&');
