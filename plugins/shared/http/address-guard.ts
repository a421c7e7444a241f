import { BlockList } from 'node:net';

/**
 * Which addresses a request may reach: `configured` for a host that the operator chose (all but those of the link and of
 * cloud metadata), `public` for a host that somebody else named.
 */
export type Reach = 'configured' | 'public';

/** Addresses of the link, where clouds serve the credentials of a machine. */
const neverReached = blockList(['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128']);

/** Addresses that are not public (IANA's special-purpose registries), and the ranges of IPv6 that contain one of IPv4. */
const notPublic = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
  ...['fc00::/7', 'fe80::/10', 'ff00::/8'],
]);

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** True if a request may be sent to this IP address. An IPv4 address in the form of IPv6 is judged as IPv4. */
export function isReachable(address: string, reach: Reach): boolean {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const blocked = reach === 'public' ? notPublic : neverReached;
  return !blocked.check(address, family) && !neverReached.check(address, family);
}
