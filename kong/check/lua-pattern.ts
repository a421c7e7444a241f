/** Character classes of Lua 5.1 patterns in the ASCII range (reference manual, section 5.4.1). */
const CLASSES: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  d: '0-9',
  l: 'a-z',
  s: '\\s',
  u: 'A-Z',
  w: 'A-Za-z0-9',
  x: 'A-Fa-f0-9',
  p: '!-\\/:-@\\[-`{-~',
};

/**
 * Converts a Lua pattern of a config field to a regular expression: classes, sets, anchors and the quantifiers `*`, `+`,
 * `?`.
 *
 * @throws Error for `%b`, `%f`, captures and `-` as a quantifier, which no field uses
 */
export function fromLuaPattern(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '%') source += escaped(pattern.charAt(++at), false);
    else if (character === '[') {
      const { text, end } = setAt(pattern, at);
      source += text;
      at = end;
    } else if (character === '-' || character === '(' || character === ')') throw unsupported(pattern);
    else if (character === '^' || character === '$') source += isAnchor(pattern, at) ? character : `\\${character}`;
    else if (character === '.') source += '[^]';
    else source += /[*+?\w]/.test(character) ? character : escapeRegExp(character);
  }
  return new RegExp(source);
}

const isAnchor = (pattern: string, at: number): boolean => at === (pattern.charAt(at) === '^' ? 0 : pattern.length - 1);

function setAt(pattern: string, start: number): { readonly text: string; readonly end: number } {
  let at = start + 1;
  let text = '[';
  if (pattern.charAt(at) === '^') {
    text += '^';
    at++;
  }
  for (; pattern.charAt(at) !== ']'; at++) {
    if (at >= pattern.length) throw unsupported(pattern);
    const character = pattern.charAt(at);
    if (character === '%') text += escaped(pattern.charAt(++at), true);
    else text += character === '-' ? '-' : escapeRegExp(character);
  }
  return { text: `${text}]`, end: at };
}

function escaped(character: string, isInSet: boolean): string {
  if (character === 'b' || character === 'f' || character === '') throw unsupported(`%${character}`);
  const set = CLASSES[character.toLowerCase()];
  if (set === undefined) return escapeRegExp(character);
  const isNegated = character !== character.toLowerCase();
  if (isInSet && isNegated) throw unsupported(`%${character}`);
  if (isInSet) return set;
  return isNegated ? `[^${set}]` : `[${set}]`;
}

const escapeRegExp = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const unsupported = (pattern: string): Error => new Error(`unsupported Lua pattern ${pattern}`);
