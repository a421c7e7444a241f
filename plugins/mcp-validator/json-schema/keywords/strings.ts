import { type JsonObject, memberOf } from '../../../shared/json/json-object';
import type { CompileContext } from './compile-context';
import type { Run } from './run';
import type { SchemaNode } from './schema-node';

/** The length of strings in code points, and `pattern`. */
export function addStringChecks(schema: JsonObject, node: SchemaNode, context: CompileContext): void {
  const min = memberOf(schema, 'minLength');
  if (typeof min === 'number') {
    const problem = `must NOT have fewer than ${min} characters`;
    node.string.push((text, run) => hasAtLeast(text, min, run) || run.fail(problem));
  }
  const max = memberOf(schema, 'maxLength');
  if (typeof max === 'number') {
    const problem = `must NOT have more than ${max} characters`;
    node.string.push((text, run) => text.length <= max || !hasAtLeast(text, max + 1, run) || run.fail(problem));
  }
  const source = memberOf(schema, 'pattern');
  if (typeof source === 'string') {
    const pattern = context.patternOf(source);
    const problem = `must match pattern "${source}"`;
    node.string.push((text, run) => (run.spend(pattern.steps(text)) && pattern.test(text)) || run.fail(problem));
  }
}

/** A code point is one or two code units: only between these lengths the text must be counted. */
function hasAtLeast(text: string, points: number, run: Run): boolean {
  if (text.length < points) return false;
  if (text.length >= points * 2) return true;
  if (!run.spend(text.length >> 4)) return false;
  let pairs = 0;
  for (let i = 1; i < text.length; i++) {
    // A surrogate pair: strict JSON text contains no lone surrogate.
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) pairs++;
  }
  return text.length - pairs >= points;
}
