import { isIP } from 'node:net';

/** The address of a host in a hosts file; the name itself if the file does not contain it. */
export type AddressOf = (host: string) => string;

/**
 * Parses a hosts file (`dns_hostsfile`): an address and its names per line, `#` begins a comment. The first line with a
 * name counts; invalid lines are ignored.
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
