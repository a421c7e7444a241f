import { HOST_SCHEMES } from './parts';

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http:', '80'],
  ['https:', '443'],
  ['ws:', '80'],
  ['wss:', '443'],
  ['ftp:', '21'],
]);

const PLAIN_HOST = /^(?:(?!xn--)[a-z0-9-]+\.)*(?!xn--)[a-z][a-z0-9-]*$/;
const MAPPED_V4 = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/;
const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/;

/**
 * A host with its port in one spelling: lower case, IDNA in ASCII, IPv4 in four decimals, IPv6 in its short form, without
 * the default port of the scheme; undefined if no parser accepts it.
 */
export function hostOf(scheme: string, authority: string): string | undefined {
  // Lower-case names need no parser, unless they end like a number: that may be another spelling of an IPv4 address.
  if (PLAIN_HOST.test(authority)) return authority;
  if (authority === '' || /[\\/?#\s]/.test(authority)) return undefined;
  // The zone of an IPv6 address names an interface of this machine, not a host.
  const text = `http://${authority.replace(/^(\[[^%\]]*)%[^\]]*\]/, '$1]')}/`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // The parser assumes the scheme http.
  const port = url.port === '' && /:0*80$/.test(authority) ? '80' : url.port;
  return `${url.hostname}${port === '' || port === DEFAULT_PORTS.get(scheme) ? '' : `:${port}`}`;
}

/**
 * The host to connect to: without user and final dot, and with one name for all names of this machine. In other schemes
 * only the user is removed.
 */
export function bareHostOf(scheme: string, authority: string): string {
  const withoutUser = authority.slice(authority.lastIndexOf('@') + 1);
  if (!HOST_SCHEMES.has(scheme) && scheme !== 'file:') return withoutUser;
  const host = hostOf(scheme, withoutUser) ?? withoutUser.toLowerCase();
  const [, name = host, port = ''] = /^(.*?)(:\d+)?$/.exec(host) ?? [];
  const bare = v4Of(name.replace(/\.$/, ''));
  return `${LOOPBACK.test(bare) ? 'localhost' : bare}${port}`;
}

function v4Of(host: string): string {
  const [, high, low] = MAPPED_V4.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  const value = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return value.flatMap((word) => [word >> 8, word & 0xff]).join('.');
}
