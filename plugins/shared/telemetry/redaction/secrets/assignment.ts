import {
  charactersOf,
  DIGIT,
  endOfRun,
  isIn,
  SPACE,
  startOfRun,
  textOfRange,
  type Characters,
  type Range,
} from './characters';
import type { Finder } from './scan';

/** Names whose values are credentials: of headers, parameters, variables and JSON members. */
const CREDENTIAL =
  /(?:pass(?:word|wd|phrase|code)|pwd|secret|token|api[-_]?key|(?:access|private|secret|signing)[-_]?key|auth|authorization|cookie|credentials?|session[-_]?id|signature)$/;
/** Names that mean a credential only in a query or a form. */
const SHORT_CREDENTIAL = /^(?:key|code|sig|sid|state|jwt)$/;
/** The values of these contain spaces. */
const WHOLE_LINE = /(?:authorization|cookie)$/;

const NAME = charactersOf(/[\w.-]/);
const MAX_NAME_LENGTH = 48;
const BEFORE_SIGN = charactersOf(/[\s"'\\]/);
const MAX_BEFORE_SIGN = 4;
const VALUE = charactersOf(/[^\s,;&"'<>`)}\]\\]/);
const LINE = charactersOf(/[^\r\n"'<>`}\]\\]/);
const SCHEMES: ReadonlySet<string> = new Set(['basic', 'bearer', 'digest', 'token', 'apikey']);
/** A shorter value after a colon may be an ordinary word, unless it contains a digit. */
const MIN_AFTER_COLON = 8;

const COLON = 0x3a;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** The value of a credential, found by the `:` or `=` after its name. */
export const assigned: Finder = ({ text, floor }, at) => {
  const isEquals = text.charCodeAt(at) === EQUALS;
  const name = nameBefore(text, at, floor);
  if (name === undefined || !(CREDENTIAL.test(name) || (isEquals && SHORT_CREDENTIAL.test(name)))) return undefined;
  const value = endOfRun(SPACE, text, at + 1);
  const opening = text.charCodeAt(value) === BACKSLASH ? value + 1 : value;
  const quote = text.charCodeAt(opening);
  if (quote === QUOTE || quote === APOSTROPHE) return quoted(text, opening + 1, quote);
  const end = WHOLE_LINE.test(name) ? endOfText(LINE, text, value) : endOfValue(text, value);
  const isProse = !isEquals && end - value < MIN_AFTER_COLON && !hasDigit(text, value, end);
  return end === value || isProse ? undefined : { start: value, end };
};

/** The name before a sign, in lower case. */
function nameBefore(text: Characters, at: number, floor: number): string | undefined {
  let end = at;
  while (end > floor && at - end < MAX_BEFORE_SIGN && isIn(BEFORE_SIGN, text, end - 1)) end--;
  const start = startOfRun(NAME, text, end, Math.max(floor, end - MAX_NAME_LENGTH));
  return start < end ? textOfRange(text, start, end).toLowerCase() : undefined;
}

/** Up to the same quote, or to the end if there is none. */
function quoted(text: Characters, start: number, quote: number): Range {
  let end = start;
  for (; end < text.length && text.charCodeAt(end) !== quote; end++) {
    if (text.charCodeAt(end) !== BACKSLASH) continue;
    // In a text that is itself quoted, quotes are escaped, the closing one too.
    if (text.charCodeAt(end + 1) === quote && text.charCodeAt(start - 2) === BACKSLASH) break;
    end++;
  }
  return { start, end: Math.min(end, text.length) };
}

function endOfValue(text: Characters, start: number): number {
  const end = endOfText(VALUE, text, start);
  const scheme = end - start <= 8 ? textOfRange(text, start, end).toLowerCase() : '';
  return SCHEMES.has(scheme) ? endOfText(VALUE, text, endOfRun(SPACE, text, end)) : end;
}

/** The end of a run that may contain characters beyond ASCII. */
function endOfText(set: readonly boolean[], text: Characters, start: number): number {
  let end = start;
  while (isIn(set, text, end) || text.charCodeAt(end) > 127) end++;
  return end;
}

function hasDigit(text: Characters, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isIn(DIGIT, text, at)) return true;
  return false;
}

/** The signs by which an assignment is found. */
export const SIGNS: readonly number[] = [COLON, EQUALS];
