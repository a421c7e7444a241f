import { compileToolSchema, type ToolSchema } from './compile-tool-schema';

/** The input schemas of a configuration, by tool. */
export type ToolSchemas = ReadonlyMap<string, ToolSchema>;

/** Compiles the schemas of a configuration; throws, naming the tool, when one can't be used. */
export function compileToolSchemas(texts: Readonly<Record<string, string>>): ToolSchemas {
  return new Map(
    Object.entries(texts).map(([tool, text]) => {
      const compiled = compileToolSchema(text);
      if (!compiled.ok) throw new Error(`tools.schemas: the schema of ${tool} ${compiled.problem}`);
      return [tool, compiled.schema];
    }),
  );
}
