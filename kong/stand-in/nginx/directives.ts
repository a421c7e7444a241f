/** A directive of nginx: its words, and its block if it has one. */
export interface Directive {
  readonly words: readonly string[];
  readonly block: readonly Directive[] | undefined;
}

const TOKEN = /\s+|#[^\n]*|[{};]|"((?:\\[\s\S]|[^"\\])*)"|'((?:\\[\s\S]|[^'\\])*)'|((?:\\[\s\S]|[^\s{};"'#\\])+)/gy;

/** Parses a file that nginx includes. @throws for a text that nginx would reject */
export function parseDirectives(text: string): Directive[] {
  const tokens: { readonly text: string; readonly isMark: boolean }[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) throw new Error('unexpected text in a file that nginx includes');
    const word = match[1] ?? match[2] ?? match[3];
    if (word !== undefined) tokens.push({ text: word.replace(/\\(["'\\])/g, '$1'), isMark: false });
    else if (/^[{};]$/.test(match[0])) tokens.push({ text: match[0], isMark: true });
  }
  let at = 0;
  const list = (isBlock: boolean): Directive[] => {
    const directives: Directive[] = [];
    let words: string[] = [];
    for (let token = tokens[at++]; token; token = tokens[at++]) {
      if (!token.isMark) words.push(token.text);
      else if (token.text === '}' && isBlock && words.length === 0) return directives;
      else if (token.text === '}' || words.length === 0) throw new Error(`nginx: unexpected "${token.text}"`);
      else {
        directives.push({ words, block: token.text === '{' ? list(true) : undefined });
        words = [];
      }
    }
    if (isBlock || words.length > 0) throw new Error('nginx: unexpected end of file');
    return directives;
  };
  return list(false);
}
