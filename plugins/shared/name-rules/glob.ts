const STAR = '*';
const QUESTION_MARK = 63;

/**
 * Compiles a glob: `*` matches any text, also none, `?` one character (code point); all other characters match themselves.
 *
 * It matches the whole text, with case, in time proportional to the text for a given pattern: it never backtracks over a
 * `*`, and uses no regular expression.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (pattern === STAR) return () => true;
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const segments = pattern.split(STAR);
  const head = segments[0] ?? '';
  if (segments.length === 1) return (text) => matchAt(head, text, 0) === text.length;
  const tail = segments[segments.length - 1] ?? '';
  const middle = segments.slice(1, -1).filter((segment) => segment !== '');
  return (text) => {
    let at = matchAt(head, text, 0);
    if (at < 0) return false;
    for (const segment of middle) {
      at = findFrom(segment, text, at);
      if (at < 0) return false;
    }
    return endsWith(tail, text, at);
  };
}

/** Compiles a list of globs into one matcher: true if any of them matches. An empty list matches nothing. */
export function anyGlobMatcher(patterns: readonly string[]): (text: string) => boolean {
  const matchers = patterns.map(globMatcher);
  return (text) => matchers.some((matches) => matches(text));
}

/** The end of the segment if it matches at `at`; else -1. */
function matchAt(segment: string, text: string, at: number): number {
  let position = at;
  for (let i = 0; i < segment.length; i++) {
    if (position >= text.length) return -1;
    const code = segment.charCodeAt(i);
    if (code === QUESTION_MARK) position += widthAt(text, position);
    else if (code === text.charCodeAt(position)) position++;
    else return -1;
  }
  return position;
}

/** The end of the leftmost match of the segment at or after `from`; else -1. Leftmost is enough between stars. */
function findFrom(segment: string, text: string, from: number): number {
  if (!segment.includes('?')) {
    const found = text.indexOf(segment, from);
    return found < 0 ? -1 : found + segment.length;
  }
  for (let at = from; at < text.length; at++) {
    const end = matchAt(segment, text, at);
    if (end >= 0) return end;
  }
  return -1;
}

/** True if the text ends with the segment, which must not begin before `from`. */
function endsWith(segment: string, text: string, from: number): boolean {
  let position = text.length;
  for (let i = segment.length - 1; i >= 0; i--) {
    if (position <= from) return false;
    const code = segment.charCodeAt(i);
    if (code === QUESTION_MARK)
      position -= isLowSurrogate(text, position - 1) && isHighSurrogate(text, position - 2) ? 2 : 1;
    else if (code === text.charCodeAt(position - 1)) position--;
    else return false;
  }
  return position >= from;
}

const widthAt = (text: string, at: number): 1 | 2 =>
  isHighSurrogate(text, at) && isLowSurrogate(text, at + 1) ? 2 : 1;
const isHighSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xd800;
const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
