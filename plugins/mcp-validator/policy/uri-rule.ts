import { nameRule, type NameLists, type NameRule } from './name-rule';

/**
 * Compiles lists of resource URIs.
 *
 * A denial holds for every spelling that a server may take for the same resource: scheme and host in any case,
 * percent-encoded characters, dot segments, doubled or turned slashes. An allowance counts only for a URI whose
 * spellings are all allowed, so that no trick of writing widens it.
 */
export function uriRule(lists: NameLists): NameRule {
  if (lists.allow.length === 0 && lists.deny.length === 0) return nameRule(lists);
  const exact = nameRule({ allow: lists.allow, deny: [] });
  const denied = nameRule({ allow: [...lists.deny, ...lists.deny.map(foldCase)], deny: [] });
  const isDenied = (uri: string): boolean =>
    spellingsOf(uri).some(
      (spelling) => denied.allowsExplicitly(spelling) || denied.allowsExplicitly(foldCase(spelling)),
    );
  return {
    allows: (uri) => !isDenied(uri) && spellingsOf(uri).every((spelling) => exact.allows(spelling)),
    allowsExplicitly: (uri) => !isDenied(uri) && spellingsOf(uri).every((spelling) => exact.allowsExplicitly(spelling)),
  };
}

/** Servers decode once; one that decodes a decoded URI again is met by the later rounds. */
const MAX_DECODINGS = 4;

const foldCase = (text: string): string => text.toUpperCase().toLowerCase();

/** The URI as written and as servers may read it, each once. */
export function spellingsOf(uri: string): readonly string[] {
  const spellings = new Set([uri]);
  let decoded = uri;
  for (let i = 0; i <= MAX_DECODINGS; i++) {
    spellings.add(resolve(decoded));
    const next = decode(decoded);
    if (next === decoded) break;
    decoded = next;
  }
  return [...spellings];
}

/** Decodes each run of percent-encoded bytes that is valid UTF-8, and leaves the others as they are. */
function decode(uri: string): string {
  return uri.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** Scheme and authority in lower case; the path without dot segments, empty segments and backslashes. */
function resolve(uri: string): string {
  const [, scheme = '', authority, path = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*:)?(?:[/\\]{2}([^/\\?#]*))?([^?#]*)(.*)$/is.exec(uri) ?? [];
  const segments: string[] = [];
  const parts = path.split(/[/\\]/);
  for (const part of parts) {
    if (part === '..') segments.pop();
    else if (part !== '.' && part !== '') segments.push(part);
  }
  const leading = parts.length > 1 && parts[0] === '' ? '/' : '';
  const last = parts[parts.length - 1] ?? '';
  const trailing = segments.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : '';
  const head = authority === undefined ? '' : `//${authority.toLowerCase()}`;
  return `${scheme.toLowerCase()}${head}${leading}${segments.join('/')}${trailing}${rest}`;
}
