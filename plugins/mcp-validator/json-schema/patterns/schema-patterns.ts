import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { compilePattern, MAX_BOUNDS, MAX_INSTRUCTIONS, type LinearPattern } from './compile-pattern';

/** All patterns of a schema document, each compiled once, or why they cannot be used. */
export type SchemaPatterns =
  | { readonly ok: true; readonly patternOf: (source: string) => LinearPattern; readonly instructions: number }
  | { readonly ok: false; readonly problem: string };

/** Compiles the patterns of a document's schemas, within bounds for all together. */
export function compilePatterns(nodes: readonly JsonObject[]): SchemaPatterns {
  const patterns = new Map<string, LinearPattern>();
  let instructions = 0;
  let bounds = 0;
  for (const source of new Set(nodes.flatMap(patternsIn))) {
    const result = compilePattern(source, MAX_INSTRUCTIONS - instructions, MAX_BOUNDS - bounds);
    if (!result.ok) return result;
    instructions += result.instructions;
    bounds += result.bounds;
    patterns.set(source, result.pattern);
  }
  const patternOf = (source: string): LinearPattern => {
    const pattern = patterns.get(source);
    if (!pattern) throw new Error('unknown pattern');
    return pattern;
  };
  return { ok: true, patternOf, instructions };
}

function patternsIn(schema: JsonObject): readonly string[] {
  const own = memberOf(schema, 'pattern');
  const keyed = memberOf(schema, 'patternProperties');
  return [...(typeof own === 'string' ? [own] : []), ...(isJsonObject(keyed) ? Object.keys(keyed) : [])];
}
