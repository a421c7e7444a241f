import { isIPv4 } from 'node:net';

/**
 * Whether a name is this machine's own: what servers that listen on loopback take in `Host`, so that no page whose name
 * leads here can use them (DNS rebinding). The port does not matter.
 */
export function isLoopback(authority: string | undefined): boolean {
  const name = (authority ?? '').toLowerCase().replace(/:\d*$/, '');
  return name === 'localhost' || name === '[::1]' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
