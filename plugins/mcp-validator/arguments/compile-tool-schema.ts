import { type JsonObject, memberOf } from '../../shared/json/json-object';
import { compileSchemaText } from '../json-schema/compile-schema-text';
import { Run } from '../json-schema/keywords/run';
import type { SchemaError } from '../json-schema/schema-error';
import { findHeaderParameters, type HeaderParameter } from './header-parameters';

/** The compiled input schema of a tool. */
export interface ToolSchema {
  readonly check: (args: JsonObject) => SchemaError | undefined;
  /** Arguments that the client repeats in headers (`x-mcp-header`). */
  readonly headerParameters: readonly HeaderParameter[];
}

/** A compiled schema, or what is wrong with it: a phrase that follows the name of the schema. */
export type CompiledSchema =
  | {
      readonly ok: true;
      readonly schema: ToolSchema;
      /** Estimate of the memory that it uses; the time to compile it grows with it. */
      readonly bytes: number;
    }
  | { readonly ok: false; readonly problem: string };

/** Compiles a tool's inputSchema. */
export function compileToolSchema(text: string): CompiledSchema {
  let headerParameters: readonly HeaderParameter[] = [];
  const compiled = compileSchemaText(text, (root) => {
    if (!describesObjects(memberOf(root, 'type'))) return 'must be an object with type "object"';
    const found = findHeaderParameters(root);
    if (!Array.isArray(found)) return found.problem;
    headerParameters = found;
    return undefined;
  });
  if (!compiled.ok) return compiled;
  const check = (args: JsonObject): SchemaError | undefined => compiled.checker(args, new Run());
  return { ok: true, schema: { check, headerParameters }, bytes: compiled.bytes };
}

/** Some servers announce a schema without type; arguments are an object in any case. */
const describesObjects = (type: unknown): boolean =>
  type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
