const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;

/** The path to the tools of a response: the `result` of the root, and its `tools`. */
const PATH = ['result', 'tools'];

/**
 * The JSON texts of the complete tools in a response to `tools/list` whose end is missing.
 *
 * One pass, linear in the text. Never throws. The results may not be valid JSON, since the text may be anything.
 */
export function completeToolsOf(head: string): readonly string[] {
  const tools: string[] = [];
  /** The key of each open object or list; undefined inside a list. */
  const open: (string | undefined)[] = [];
  let key: string | undefined;
  let start = -1;
  for (let at = 0; at < head.length; at++) {
    const code = head.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(head, at);
      if (end === undefined) break;
      // A key if a colon follows, else a value.
      key = head.slice(at + 1, end);
      at = end;
      if (nextCode(head, at + 1) !== COLON) key = undefined;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (isAtTools(open) && code === OPEN_BRACE) start = at;
      open.push(key);
      key = undefined;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      open.pop();
      key = undefined;
      if (start >= 0 && isAtTools(open)) tools.push(head.slice(start, at + 1));
      if (isAtTools(open)) start = -1;
    }
  }
  return tools;
}

const isAtTools = (open: readonly (string | undefined)[]): boolean =>
  open.length === 3 && open[1] === PATH[0] && open[2] === PATH[1];

/** The index of the closing quote. */
function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return undefined;
}

function nextCode(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at);
}
