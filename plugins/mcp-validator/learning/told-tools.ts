import type { CompiledSchema } from '../arguments/compile-schema';
import type { ToolKnowledge } from '../arguments/tool-knowledge';

/** What a server told of tools, by name: plain values that can be handed to another thread. */
export type ToldTools = ReadonlyMap<string, ToldTool>;

interface ToldTool {
  /** The JSON text of the inputSchema; undefined where it is not to be used. */
  readonly schemaText: string | undefined;
  /** See {@link ToolKnowledge.isDenied}. */
  readonly isDenied: boolean;
}

/** Adds what was told to what is configured, as the thread that was told it does; a configured schema wins. */
export function withToldTools(
  configured: ToolKnowledge,
  told: ToldTools,
  compile: (schemaText: string) => CompiledSchema,
): ToolKnowledge {
  return {
    schemaOf: (tool) => {
      const schema = configured.schemaOf(tool);
      const schemaText = told.get(tool)?.schemaText;
      if (schema || schemaText === undefined) return schema;
      const compiled = compile(schemaText);
      return compiled.ok ? compiled.schema : undefined;
    },
    isDenied: (tool) => told.get(tool)?.isDenied ?? false,
  };
}
