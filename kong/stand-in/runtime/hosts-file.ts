import { isIP } from 'node:net';

/** The address of a host by a hosts file; the name itself where the file does not tell. */
export type AddressOf = (host: string) => string;

/**
 * Reads a hosts file as Kong's `dns_hostsfile`: an address and its names, one line each, `#` before a comment. The first
 * line that has a name counts; lines that are none are left out.
 */
export function readHostsFile(text: string): AddressOf {
  const addresses = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) if (!addresses.has(name)) addresses.set(name, address);
  }
  return (host) => addresses.get(host.toLowerCase()) ?? host;
}
