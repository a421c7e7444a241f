/** Longer lists of audiences are not accepted. */
const MAX_AUDIENCES = 32;

/** An audience with scheme and host in lower case, if it is a URL with a host; nothing else is changed. */
export function canonicalAudience(text: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/[^/?#@]*)([^]*)$/i.exec(text);
  return match ? `${(match[1] ?? '').toLowerCase()}${match[2] ?? ''}` : text;
}

/** The audiences that a token for this resource may have: the resource with and without a slash at its end, and others. */
export function acceptedAudiences(resource: string, others: readonly string[]): ReadonlySet<string> {
  const without = resource.replace(/\/$/, '');
  return new Set([without, `${without}/`, ...others].map(canonicalAudience));
}

/** True if `aud` of a token, a string or a list of at most 32 strings, contains an accepted audience. */
export function isForAudience(aud: unknown, accepted: ReadonlySet<string>): boolean {
  const list = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? (aud as unknown[]) : [];
  if (list.length > MAX_AUDIENCES || !list.every((one) => typeof one === 'string')) return false;
  return list.some((one) => accepted.has(canonicalAudience(one)));
}
