import { anyGlobMatcher } from '../../shared/glob';
import { nameRule, type NameLists, type NameRule } from './name-rule';
import { foldCase, spellingsOf } from './uri-spellings';

/** Longer URIs are refused where lists are configured: what they may be read as is not worth the time. */
export const MAX_URI_LENGTH = 16_384;

/**
 * Compiles lists of resource URIs.
 *
 * A denial holds when any spelling that a server may take for the same resource is denied, in any case. An allowance
 * counts only for a URI whose spellings are all allowed, so that no trick of writing widens it.
 */
export function uriRule(lists: NameLists): NameRule {
  if (lists.allow.length === 0 && lists.deny.length === 0) return nameRule(lists);
  const isListed = anyGlobMatcher([...lists.allow, ...lists.allow.map(lowerAuthority)]);
  const isDenied = anyGlobMatcher(lists.deny.map(foldCase));
  const allows = (uri: string, isAllowed: (spelling: string) => boolean): boolean => {
    if (uri.length > MAX_URI_LENGTH) return false;
    const spellings = spellingsOf(uri);
    return spellings.every(isAllowed) && !spellings.some((spelling) => isDenied(foldCase(spelling)));
  };
  return {
    allows: (uri) => allows(uri, lists.allow.length === 0 ? () => true : isListed),
    allowsExplicitly: (uri) => allows(uri, isListed),
  };
}

/** Scheme and host of an entry as resolved URIs have them. */
const lowerAuthority = (pattern: string): string =>
  pattern.replace(/^[a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?/i, (head) => head.toLowerCase());
