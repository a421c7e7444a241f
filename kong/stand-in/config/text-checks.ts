import { isIP } from 'node:net';
import { luaToString, type LuaValue } from '../lua/value';
import { normalizePath } from '../routing/uri';

/** Kong's validators of names, hosts and paths (`schema/typedefs.lua`). They return the error message or undefined. */

/** Lua pattern of a header's name. */
export const HEADER_NAME = '^[%w_%-]+$';

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i;

/** A host name or address; `withPort` allows `:port` after it. */
export function checkHost(value: LuaValue, withPort = false): string | undefined {
  const text = luaToString(value);
  const [, host = text, port] = isIP(text) ? [] : (/^(\[[^\]]+\]|[^:]*)(?::(.*))?$/.exec(text) ?? []);
  if (port !== undefined && !withPort) return 'must not have a port';
  if (port !== undefined && (!/^\d+$/.test(port) || Number(port) > 65_535)) return 'invalid port number';
  const bare = host.replace(/^\[|\]$/g, '');
  return isIP(bare) || isHostname(bare) ? undefined : `invalid value: ${text}`;
}

const isHostname = (host: string): boolean =>
  host !== '' &&
  host
    .replace(/\.$/, '')
    .split('.')
    .every((label) => LABEL.test(label));

/** An upstream's name: a host name, no address, no port. */
export function checkHostname(value: LuaValue): string | undefined {
  const text = luaToString(value);
  if (isIP(text)) return `Invalid name ('${text}'); no ip addresses allowed`;
  if (text.includes(':')) return `Invalid name ('${text}'); no port allowed`;
  return isHostname(text) ? undefined : `Invalid name ('${text}'); must be a valid hostname`;
}

/** The address of a target, with or without a port. */
export const checkTarget = (value: LuaValue): string | undefined =>
  checkHost(value, true) === undefined
    ? undefined
    : `Invalid target ('${luaToString(value)}'); not a valid hostname or ip address`;

/** The name of an entity. */
export const checkNamePattern = (value: LuaValue): string | undefined =>
  /^[\w.\-~\x80-\xff]+$/.test(luaToString(value))
    ? undefined
    : `invalid value '${luaToString(value)}': the only accepted ascii characters are alphanumerics or ., -, _, and ~`;

/** A tag of an entity. */
export const checkTag = (value: LuaValue): string | undefined =>
  /^[ \x21-\x2b\x2d\x2e\x30-\x7e\x80-\xf4]+$/.test(luaToString(value))
    ? undefined
    : `invalid tag '${luaToString(value)}': expected printable ascii (except \`,\` and \`/\`) or valid utf-8 sequences`;

/** A path of a service or health check. */
export function checkPath(value: LuaValue): string | undefined {
  const path = luaToString(value);
  if (!path.startsWith('/')) return 'should start with: /';
  if (path.includes('//')) return 'must not have empty segments';
  return checkPathText(path) ?? checkPercent(path);
}

/** A path of a route: a prefix, or a regular expression after `~`. */
export function checkRouterPath(value: LuaValue): string | undefined {
  const path = luaToString(value);
  if (!path.startsWith('/') && !path.startsWith('~/')) return 'should start with: / (fixed path) or ~/ (regex path)';
  if (path.includes('//')) return 'must not have empty segments';
  if (path.startsWith('~')) return checkRegex(path.slice(1));
  const problem = checkPathText(path) ?? checkPercent(path);
  if (problem !== undefined) return problem;
  const normal = normalizePath(path);
  return path === normal ? undefined : `non-normalized path, consider use '${normal}' instead`;
}

const checkPathText = (path: string): string | undefined =>
  /^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)
    ? undefined
    : `invalid path: '${path}' (characters outside of the reserved list of RFC 3986 found)`;

function checkPercent(path: string): string | undefined {
  const raw = path.replace(/%[\da-f]{2}/gi, '___');
  const mark = raw.indexOf('%');
  return mark === -1 ? undefined : `invalid url-encoded value: '${raw.slice(mark, mark + 3)}'`;
}

function checkRegex(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    return `invalid regex: '${pattern}'`;
  }
}
