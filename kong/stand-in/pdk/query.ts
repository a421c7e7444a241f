import { luaToString, type LuaValue } from '../lua/value';

const MAX_ARGUMENTS = 100;

/** nginx's unescaping of an argument: `+` is a space, a malformed escape stays. */
export const unescapeArgument = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A query as `ngx.req.get_uri_args` gives it: `true` for a name alone, a list where a name is repeated. */
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

const escapeArgument = (text: string): string => escapeUri(text);

/** nginx's `ngx.escape_uri`. */
export const escapeUri = (text: string): string =>
  text.replace(
    /[^A-Za-z0-9\-._~!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

/** A table as a query, its arguments sorted as Kong does. */
export function formatQuery(args: Readonly<Record<string, LuaValue>>): string {
  const one = (name: string, value: LuaValue): string[] =>
    value === true
      ? [escapeArgument(name)]
      : value === false
        ? []
        : [`${escapeArgument(name)}=${escapeArgument(luaToString(value))}`];
  return Object.entries(args)
    .map(([name, value]) =>
      (Array.isArray(value) ? (value as LuaValue[]) : [value]).flatMap((each) => one(name, each)).join('&'),
    )
    .filter((part) => part !== '')
    .sort()
    .join('&');
}
