import { compileToolSchema, type ToolSchema } from '../../../../../plugins/mcp-validator/arguments/compile-tool-schema';
import type { Checker } from '../../../../../plugins/mcp-validator/json-schema/checker';
import { compileDocument } from '../../../../../plugins/mcp-validator/json-schema/compile-document';
import type { Dialect } from '../../../../../plugins/mcp-validator/json-schema/keywords/compile-context';

export type Json = Record<string, unknown>;

/** A tool's schema as text would give it, with the type that it must have. */
export const compiled = (schema: Json) => compileToolSchema(JSON.stringify({ type: 'object', ...schema }));

/** A schema that must compile. */
export function schemaOf(schema: Json): ToolSchema {
  const result = compiled(schema);
  if (!result.ok) throw new Error(result.problem);
  return result.schema;
}

/** What is wrong with a schema. */
export function problemOf(schema: Json | string): string | undefined {
  const result = typeof schema === 'string' ? compileToolSchema(schema) : compiled(schema);
  return result.ok ? undefined : result.problem;
}

/** A checker of any schema document, without the bounds of tools' schemas. */
export function checkerOf(schema: Json, dialect: Dialect = '2020-12'): Checker {
  const result = compileDocument(schema, dialect);
  if (!result.ok) throw new Error(result.problem);
  return result.checker;
}
