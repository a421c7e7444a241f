import { anyGlobMatcher } from '../../name-rules/glob';
import { decodeHarmless } from './percent';
import { spellingsOf, usualSpelling } from './readings';
import { foldUri } from './uri-lists';

/** The text of a URI template (RFC 6570) before its first expression: every expansion begins with it. */
export function literalPrefix(template: string): string {
  const at = template.indexOf('{');
  return at < 0 ? template : template.slice(0, at);
}

/** Compiles denied globs: true if they match every URI that begins with the prefix. */
export function prefixDenier(globs: readonly string[]): (prefix: string) => boolean {
  const covering = globs.filter((glob) => glob.endsWith('*'));
  const matches = anyGlobMatcher([...new Set(covering.flatMap((glob) => [glob, ...spellingsOf(glob)]).map(foldUri))]);
  return (prefix) => [prefix, usualPrefix(prefix)].some((text) => matches(foldUri(decodeHarmless(text))));
}

/** Compiles allowed globs: true if one of them matches some URI that begins with the prefix. */
export function prefixAllower(globs: readonly string[]): (prefix: string) => boolean {
  const entries = [...new Set(globs.flatMap((glob) => [glob, usualSpelling(glob)]).map(decodeHarmless))];
  return (prefix) =>
    [prefix, usualPrefix(prefix)].map(decodeHarmless).some((text) => entries.some((entry) => canBegin(entry, text)));
}

/** The usual spelling of a prefix that contains a whole authority; else the prefix itself. */
const usualPrefix = (prefix: string): string =>
  /^[^/?#]*:\/\/[^/?#]*\//.test(prefix) ? usualSpelling(prefix) : prefix;

/** True if the glob matches some text that begins with the prefix: its first `*` matches the rest of the prefix. */
function canBegin(glob: string, prefix: string): boolean {
  const star = glob.indexOf('*');
  const head = Array.from(star < 0 ? glob : glob.slice(0, star));
  const text = Array.from(prefix);
  if (star < 0 && text.length > head.length) return false;
  return head.slice(0, text.length).every((char, index) => char === '?' || char === text[index]);
}
