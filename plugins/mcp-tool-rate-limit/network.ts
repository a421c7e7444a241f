const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
const GROUPS_OF_A_SITE = 4;

/**
 * What an address counts as: an IPv4 address as itself, an IPv6 address as its /64, all of which one site has at its
 * choice (RFC 4291, section 2.5.4; RFC 6177). Takes addresses as nginx writes them.
 */
export function networkOf(ip: string): string {
  const [, mapped] = MAPPED_IPV4.exec(ip) ?? [];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  while (groups.length + after.length < GROUPS) groups.push('0');
  return `${[...groups, ...after].slice(0, GROUPS_OF_A_SITE).join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
