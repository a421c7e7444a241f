import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The host of a URL without the brackets of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** True for a host that is this machine. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Why a URL cannot be used to fetch from; undefined for a good one. It needs https, or http for this machine or with
 * `allowHttp`, and has neither user, password nor fragment.
 */
export function urlProblem(text: string, allowHttp: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an https URL';
  if (url.username !== '' || url.password !== '') return 'must not contain a user or a password';
  if (text.includes('#')) return 'must not have a fragment';
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(hostOf(url))) {
    return 'must use https; http is possible for this machine only, or with allow_http';
  }
  return undefined;
}
