/**
 * Resolves the dot segments of a path: as RFC 3986 (section 5.2.4), where an empty segment counts, or, with `merges`, as
 * file systems do, where it does not.
 */
export function resolveSegments(path: string, merges: boolean): string {
  const isRooted = path.startsWith('/');
  const parts = (isRooted ? path.slice(1) : path).split('/');
  const segments: string[] = [];
  for (const part of parts) {
    if (part === '..') segments.pop();
    else if (part !== '.' && !(merges && part === '')) segments.push(part);
  }
  const last = parts[parts.length - 1];
  const endsWithSlash = last === '.' || last === '..' || (merges && last === '');
  const text = segments.join('/');
  return `${isRooted ? '/' : ''}${text}${endsWithSlash && segments.length > 0 ? '/' : ''}`;
}
