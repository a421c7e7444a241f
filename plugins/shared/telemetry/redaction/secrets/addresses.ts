import { charactersOf, endOfRun, isIn, startOfRun, startsWith, WORD_OR_DASH } from './characters';
import type { Finder } from './scan';

const LOCAL_PART = charactersOf(/[\w.+%-]/);
const DOT = 0x2e;

/** An e-mail address, found by its `@`. */
export const emailAddress: Finder = ({ text, floor }, at) => {
  const start = startOfRun(LOCAL_PART, text, at, floor);
  let end = endOfRun(WORD_OR_DASH, text, at + 1);
  if (start === at || end === at + 1) return undefined;
  let labels = 1;
  while (text.charCodeAt(end) === DOT && isIn(WORD_OR_DASH, text, end + 1)) {
    end = endOfRun(WORD_OR_DASH, text, end + 1);
    labels++;
  }
  return labels > 1 ? { start, end } : undefined;
};

/** The characters of a URL's host and port, and of a URL. */
const AUTHORITY = charactersOf(/[^\s/?#\\"'<>`,|{}()[\]]/);
const URL = charactersOf(/[^\s"'<>`]/);
const AT_SIGN = 0x40;
const COLON = 0x3a;

/** The user name and password in a URL, found by its `://` (RFC 3986, 3.2.1). */
export const userInfo: Finder = (scan, at) => {
  const { text, cut } = scan;
  if (!startsWith(text, at, '://')) return undefined;
  if (at >= scan.urlEnd) scan.urlEnd = endOfRun(URL, text, at);
  const start = at + 3;
  let end = -1;
  let hasPassword = false;
  let next = start;
  // Passwords may contain characters beyond ASCII.
  for (; isIn(AUTHORITY, text, next) || text.charCodeAt(next) > 127; next++) {
    const code = text.charCodeAt(next);
    if (code === AT_SIGN) end = next;
    if (code === COLON && end === -1) hasPassword = true;
  }
  if (end !== -1) return { start, end };
  return cut && hasPassword && next >= text.length ? { start, end: next } : undefined;
};

const QUERY = charactersOf(/[^\s"'<>`\\]/);
const PARAMETER = charactersOf(/[\w.[\]%-]/);
const EQUALS = 0x3d;
const MAX_PARAMETER_LENGTH = 64;

/**
 * The query or fragment of a URL, found by its `?` or `#`, whatever it contains. A `?` counts only if a parameter
 * follows or a URL precedes it.
 */
export const queryOrFragment: Finder = ({ text, urlEnd }, at) => {
  const parameter = endOfRun(PARAMETER, text, at + 1);
  const isQuery = parameter > at + 1 && parameter - at <= MAX_PARAMETER_LENGTH && text.charCodeAt(parameter) === EQUALS;
  if (!isQuery && at > urlEnd) return undefined;
  let end = at + 1;
  while (isIn(QUERY, text, end) || text.charCodeAt(end) > 127) end++;
  return { start: at + 1, end };
};
