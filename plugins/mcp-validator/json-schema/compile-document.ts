import type { JsonObject } from '../../shared/json/json-object';
import { compileChecker, type Checker } from './checker';
import { metaProblem } from './dialects';
import type { Dialect } from './keywords/compile-context';
import { compilePatterns } from './patterns/schema-patterns';
import { resolveReferences } from './references';

/** A usable schema document with its number of schemas, or what is wrong with it. */
export type CompiledDocument =
  | { readonly ok: true; readonly checker: Checker; readonly schemas: number; readonly instructions: number }
  | { readonly ok: false; readonly problem: string };

/** Compiles any schema document of the dialect. */
export function compileDocument(root: JsonObject, dialect: Dialect): CompiledDocument {
  const graph = resolveReferences(root, dialect);
  if (!graph.ok) return graph;
  const problem = metaProblem(root, dialect);
  if (problem !== undefined) return { ok: false, problem };
  const patterns = compilePatterns(graph.nodes);
  if (!patterns.ok) return patterns;
  const checker = compileChecker(root, graph, patterns.patternOf, dialect);
  return { ok: true, checker, schemas: graph.nodes.length, instructions: patterns.instructions };
}
