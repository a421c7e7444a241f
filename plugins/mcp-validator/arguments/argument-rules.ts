import { compileToolSchema } from './compile-tool-schema';
import type { ToolKnowledge } from './tool-knowledge';

/** The config fields about the arguments of tools. */
export interface ArgumentConfig {
  readonly tools: { readonly schemas: Readonly<Record<string, string>> };
  readonly unknown_tools: 'pass' | 'deny';
  readonly argument_errors: 'auto' | 'error' | 'result';
}

/** How the arguments of tools are checked, compiled once. */
export interface ArgumentRules {
  /** The tools with a configured schema. */
  readonly configuredTools: ToolKnowledge;
  /** Whether any tool has a configured schema. */
  readonly hasSchemas: boolean;
  readonly unknownTools: ArgumentConfig['unknown_tools'];
  readonly argumentErrors: ArgumentConfig['argument_errors'];
}

/**
 * Compiles the rules about the arguments of tools.
 *
 * @throws Error that names the tool, if its schema cannot be used
 */
export function compileArgumentRules(config: ArgumentConfig): ArgumentRules {
  const schemas = new Map(
    Object.entries(config.tools.schemas).map(([tool, text]) => {
      const compiled = compileToolSchema(text);
      if (!compiled.ok) throw new Error(`tools.schemas: the schema of ${tool} ${compiled.problem}`);
      return [tool, compiled.schema];
    }),
  );
  return {
    configuredTools: {
      schemaOf: (tool) => schemas.get(tool),
      isKnown: (tool) => schemas.has(tool),
      denialOf: () => undefined,
    },
    hasSchemas: schemas.size > 0,
    unknownTools: config.unknown_tools,
    argumentErrors: config.argument_errors,
  };
}
