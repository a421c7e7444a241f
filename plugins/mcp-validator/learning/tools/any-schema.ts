import type { ToolSchema } from '../../arguments/compile-tool-schema';

/**
 * One schema for a tool with several current schemas: its servers are being replaced, or announce a different one to each
 * caller. A value passes that one of them accepts; the error is that of the first.
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
