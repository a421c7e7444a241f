import { compileSchemaText } from '../json-schema/compile-schema-text';
import { Run } from '../json-schema/keywords/run';
import type { SchemaError } from '../json-schema/schema-error';

/** The compiled output schema of a tool. */
export interface OutputSchema {
  readonly check: (output: unknown) => SchemaError | undefined;
}

/** A compiled output schema, or what is wrong with it: a phrase that follows the name of the schema. */
export type CompiledOutputSchema =
  | { readonly ok: true; readonly schema: OutputSchema; readonly bytes: number }
  | { readonly ok: false; readonly problem: string };

/** Compiles a tool's outputSchema. From 2026-07-28 on, it may describe any value. */
export function compileOutputSchema(text: string): CompiledOutputSchema {
  const compiled = compileSchemaText(text, () => undefined);
  if (!compiled.ok) return compiled;
  return { ok: true, schema: { check: (output) => compiled.checker(output, new Run()) }, bytes: compiled.bytes };
}

/** One schema for a tool whose servers announce different ones: a value passes that one of them accepts. */
export function anyOutputSchema(schemas: readonly OutputSchema[]): OutputSchema {
  const [first, ...others] = schemas;
  return {
    check: (output) => {
      const error = first?.check(output);
      return error && others.every((other) => other.check(output) !== undefined) ? error : undefined;
    },
  };
}
