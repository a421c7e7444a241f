import type { Finding, Path } from '../check/finding';
import { isRecord } from '../check/is-record';

/** A value with its variables replaced, or the variables that are missing. */
export type Expanded = { readonly value: unknown } | { readonly findings: readonly Finding[] };

/** `${NAME}`, `${NAME:-default}`, and `$${`, which stands for the characters `${`. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in all texts of a value. The default also stands in for an empty variable, as
 * in a shell. A text that is one variable and nothing else becomes the number or boolean that it spells.
 */
export function expandVariables(value: unknown, variables: Readonly<Record<string, string | undefined>>): Expanded {
  const findings: Finding[] = [];
  const missing = (name: string, path: Path): string => {
    findings.push({
      severity: 'error',
      path,
      problem: `the variable ${name} has no value`,
      fix: `set it in the environment, or write \${${name}:-a default}`,
    });
    return '';
  };
  const expandText = (text: string, path: Path): unknown => {
    if (!text.includes('${')) return text;
    const expanded = text.replace(VARIABLE, (_whole, name: string | undefined, standard: string | undefined) => {
      if (name === undefined) return '${';
      const set = Object.hasOwn(variables, name) ? variables[name] : undefined;
      return set === undefined || (set === '' && standard !== undefined) ? (standard ?? missing(name, path)) : set;
    });
    const [only] = text.match(VARIABLE) ?? [];
    return only === text && only !== '$${' ? scalarOf(expanded) : expanded;
  };
  const expand = (one: unknown, path: Path): unknown => {
    if (typeof one === 'string') return expandText(one, path);
    if (Array.isArray(one)) return one.map((element: unknown, index) => expand(element, [...path, index]));
    if (!isRecord(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, member]) => [key, expand(member, [...path, key])]));
  };
  const expanded = expand(value, []);
  return findings.length > 0 ? { findings } : { value: expanded };
}

const NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;

/** The number or boolean that Kong would read in a file. */
function scalarOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return NUMBER.test(text) ? Number(text) : text;
}
