const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
const GROUPS_PER_SITE = 4;

/**
 * The network that an address counts as: an IPv4 address itself, the /64 of an IPv6 address, because one site can use all
 * addresses of its /64 (RFC 4291, section 2.5.4; RFC 6177). `ip`: in the form that nginx writes.
 */
export function networkOf(ip: string): string {
  const [, mapped] = MAPPED_IPV4.exec(ip) ?? [];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  while (groups.length + after.length < GROUPS) groups.push('0');
  return `${[...groups, ...after].slice(0, GROUPS_PER_SITE).join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
