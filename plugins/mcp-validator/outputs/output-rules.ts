import type { JsonObject } from '../../shared/json/json-object';
import { compileToolSchema, type ToolSchema } from '../arguments/compile-tool-schema';
import { checkOutput, outputErrorResult } from './check-output';

/** The config fields about the output of tools. */
export interface OutputConfig {
  readonly output_schemas: 'off' | 'warn' | 'strict';
  readonly tools: { readonly output_schemas: Readonly<Record<string, string>> };
}

/** How the output of tools is checked, compiled once. */
export interface OutputRules {
  /** `off` also if there is no schema. */
  readonly mode: OutputConfig['output_schemas'];
  /** The schema of a tool; undefined if none is configured. */
  readonly schemaOf: (tool: string) => ToolSchema | undefined;
}

/**
 * Compiles the rules about the output of tools.
 *
 * @throws Error that names the tool, if its schema cannot be used
 */
export function compileOutputRules({ output_schemas, tools }: OutputConfig): OutputRules {
  const schemas = new Map(
    Object.entries(tools.output_schemas).map(([tool, text]) => {
      const compiled = compileToolSchema(text);
      if (!compiled.ok) throw new Error(`tools.output_schemas: the schema of ${tool} ${compiled.problem}`);
      return [tool, compiled.schema];
    }),
  );
  return { mode: schemas.size > 0 ? output_schemas : 'off', schemaOf: (tool) => schemas.get(tool) };
}

/** The result, as JSON text, that replaces one that does not match the output schema of its tool; else undefined. */
export function replaceOutput(
  { mode, schemaOf }: OutputRules,
  tool: string,
  result: JsonObject,
  isModern: boolean,
): string | undefined {
  const schema = mode === 'strict' ? schemaOf(tool) : undefined;
  return schema && checkOutput(result, schema) ? outputErrorResult(isModern) : undefined;
}
