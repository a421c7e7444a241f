import { isIPv4 } from 'node:net';

/**
 * Whether a host is a name of loopback. Servers that listen on loopback accept only these in `Host`, to protect against
 * DNS rebinding. The port does not matter.
 */
export function isLoopback(authority: string | undefined): boolean {
  const name = (authority ?? '').toLowerCase().replace(/:\d*$/, '');
  return name === 'localhost' || name === '[::1]' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
