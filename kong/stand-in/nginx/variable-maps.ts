import type { Directive } from './directives';

/** Returns the value of another variable; undefined for an unknown or empty one. */
export type ValueOf = (name: string) => string | undefined;

/** A variable that `map` declares, with its value. */
export type VariableMaps = ReadonlyMap<string, (valueOf: ValueOf) => string>;

/** Reads the `map` directives. @throws for what is not emulated: other parameters, named groups, flags */
export function variableMaps(directives: readonly Directive[]): VariableMaps {
  const maps = new Map<string, (valueOf: ValueOf) => string>();
  for (const { words, block } of directives) {
    const [name, source, variable] = words;
    if (name !== 'map') continue;
    if (source === undefined || !variable?.startsWith('$') || !block) throw new Error('nginx: invalid map');
    const rules = block.map(ruleOf);
    const fallback = rules.find(({ pattern }) => pattern === undefined);
    maps.set(variable.slice(1), (valueOf) => {
      const value = expand(source, valueOf);
      for (const { pattern, result } of rules) {
        const match = pattern?.exec(value);
        if (match) return expand(result, (group) => match[Number(group)]);
      }
      return fallback?.result ?? '';
    });
  }
  return maps;
}

function ruleOf({ words: [key = '', result = ''] }: Directive): { pattern: RegExp | undefined; result: string } {
  if (key === 'default') return { pattern: undefined, result };
  if (!key.startsWith('~') || key.startsWith('~*'))
    throw new Error(`the stand-in does not emulate the key ${key} of map`);
  return { pattern: new RegExp(key.slice(1)), result };
}

const VARIABLE = /\$(?:(\w+)|\{(\w+)\})/g;

/** Replaces the variables of a text; unknown ones are empty. */
export const expand = (text: string, valueOf: ValueOf): string =>
  text.replace(
    VARIABLE,
    (_, plain: string | undefined, braced: string | undefined) => valueOf(plain ?? braced ?? '') ?? '',
  );

/** The names of the variables in a text. */
export const variablesIn = (text: string): string[] =>
  [...text.matchAll(VARIABLE)].map(([, plain, braced]) => plain ?? braced ?? '');
