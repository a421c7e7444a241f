import type { JsonObject } from '../../shared/json/json-object';
import { checkOutput, outputErrorResult } from './check-output';
import { compileOutputSchema, type OutputSchema } from './compile-output-schema';

/** The config fields about the output of tools. */
export interface OutputConfig {
  readonly output_schemas: 'off' | 'warn' | 'strict';
  readonly tools: {
    readonly learn: 'off' | 'report' | 'enforce';
    readonly output_schemas: Readonly<Record<string, string>>;
  };
}

type OutputMode = OutputConfig['output_schemas'];

/** How the output of tools is checked, compiled once. */
export interface OutputRules {
  /** For tools with a configured schema; `off` also if there is none. */
  readonly mode: OutputMode;
  /** For all other tools, by the schema that their server announced. */
  readonly learnedMode: OutputMode;
  /** The configured schema of a tool. */
  readonly schemaOf: (tool: string) => OutputSchema | undefined;
  /** True for a tool that is configured, also if that is only not to check it: its learned schema does not count. */
  readonly isConfigured: (tool: string) => boolean;
}

/** The schema of a tool whose output is not checked. */
const NOT_CHECKED = /^\s*\{\s*\}\s*$/;

/**
 * Compiles the rules about the output of tools.
 *
 * @throws Error that names the tool, if its schema cannot be used
 */
export function compileOutputRules(config: OutputConfig): OutputRules {
  const schemas = new Map<string, OutputSchema | undefined>();
  for (const [tool, text] of Object.entries(config.tools.output_schemas)) {
    const compiled = compileOutputSchema(text);
    if (!compiled.ok) throw new Error(`tools.output_schemas: the schema of ${tool} ${compiled.problem}`);
    schemas.set(tool, NOT_CHECKED.test(text) ? undefined : compiled.schema);
  }
  return {
    mode: configuredOutputMode(config),
    learnedMode: learnedOutputMode(config),
    schemaOf: (tool) => schemas.get(tool),
    isConfigured: (tool) => schemas.has(tool),
  };
}

/** What happens to output that does not match a configured schema. */
export const configuredOutputMode = ({ output_schemas, tools }: OutputConfig): OutputMode =>
  Object.keys(tools.output_schemas).length > 0 ? output_schemas : 'off';

/** What happens to output that does not match a learned schema: `learn: report` rejects nothing. */
export function learnedOutputMode({ output_schemas, tools: { learn } }: OutputConfig): OutputMode {
  if (learn === 'off' || output_schemas === 'off') return 'off';
  return learn === 'report' ? 'warn' : output_schemas;
}

/** The result, as JSON text, that replaces one that does not match the output schema of its tool; else undefined. */
export const replaceOutput = (
  schema: OutputSchema | undefined,
  result: JsonObject,
  isModern: boolean,
): string | undefined => (schema && checkOutput(result, schema, isModern) ? outputErrorResult(isModern) : undefined);
