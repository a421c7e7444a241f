import { anyGlobMatcher } from '../../name-rules/glob';
import { foldUri } from './fold-uri';
import { decodeHarmless } from './percent';
import { MAX_URI_LENGTH, spellingsOf, usualSpelling } from './readings';

/** The text of a URI template (RFC 6570) before its first expression: every expansion begins with it. */
export function literalPrefix(template: string): string {
  const at = template.indexOf('{');
  return at < 0 ? template : template.slice(0, at);
}

/** How every expansion of a template begins. */
export interface TemplateReading {
  /** False if the template has no expression: it is a URI. */
  readonly hasExpression: boolean;
  readonly prefix: string;
  /** The prefix in spellings that every reader takes for the same. */
  readonly texts: readonly string[];
  /** The same, in the form in which they are compared with denied URIs. */
  readonly folded: readonly string[];
}

/** Reads a template whose prefix has at most {@link MAX_URI_LENGTH} characters; a longer one has no texts. */
export function readTemplate(template: string): TemplateReading {
  const prefix = literalPrefix(template);
  const spelled = prefix.length > MAX_URI_LENGTH ? [] : [prefix, usualPrefix(prefix)];
  const texts = [...new Set(spelled.map(decodeHarmless))];
  return { hasExpression: prefix.length < template.length, prefix, texts, folded: texts.map(foldUri) };
}

/** Compiles denied globs: true if they match every URI that begins so. */
export function prefixDenier(globs: readonly string[]): (reading: TemplateReading) => boolean {
  const covering = globs.filter((glob) => glob.endsWith('*'));
  const matches = anyGlobMatcher([...new Set(covering.flatMap((glob) => [glob, ...spellingsOf(glob)]).map(foldUri))]);
  return ({ folded }) => folded.some(matches);
}

/** Compiles allowed globs: true if one of them matches some URI that begins so. */
export function prefixAllower(globs: readonly string[]): (reading: TemplateReading) => boolean {
  const entries = [...new Set(globs.flatMap((glob) => [glob, usualSpelling(glob)]).map(decodeHarmless))];
  return ({ texts }) => texts.some((text) => entries.some((entry) => canBegin(entry, text)));
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
