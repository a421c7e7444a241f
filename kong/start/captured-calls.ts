/** The plugin's entry in a declarative file, up to the first of its fields. */
const TELEMETRY = /^( *)- name: mcp-telemetry\n\1 {2}config:\n/gm;

/**
 * A declarative file whose calls of tools are written into spans, so that Phoenix shows what was asked and answered: for
 * the demonstration backends, which hold nothing of anybody. A file that has no such plugin is left as it is.
 */
export const withCapturedCalls = (config: string): string =>
  config.replaceAll(
    TELEMETRY,
    (entry: string, indent: string) =>
      `${entry}${indent}    capture_tool_args: true\n${indent}    capture_tool_results: true\n`,
  );
