import type { ToolSchema } from '../../arguments/compile-tool-schema';

/**
 * One schema for a tool of which several are current: its servers are being replaced, or tell each caller another one.
 * What one of them takes passes; the first says what is wrong with the rest.
 */
export function anySchema(schemas: readonly ToolSchema[]): ToolSchema {
  const [first, ...others] = schemas;
  if (!first) return { check: () => undefined, headerParameters: [] };
  if (others.length === 0) return first;
  const headers = JSON.stringify(first.headerParameters);
  const areSame = others.every(({ headerParameters }) => JSON.stringify(headerParameters) === headers);
  return {
    headerParameters: areSame ? first.headerParameters : [],
    check: (args) => {
      const error = first.check(args);
      return error && others.every(({ check }) => check(args) !== undefined) ? error : undefined;
    },
  };
}
