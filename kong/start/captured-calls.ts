/** The entry of the plugin in a declarative file, up to its first field. */
const TELEMETRY = /^( *)- name: mcp-telemetry\n\1 {2}config:\n/gm;

/**
 * A declarative file that records the arguments and results of tool calls in spans, so that Phoenix shows them. Only for
 * the demo backends, which contain no personal data. A file without the plugin is returned unchanged.
 */
export const withCapturedCalls = (config: string): string =>
  config.replaceAll(
    TELEMETRY,
    (entry: string, indent: string) =>
      `${entry}${indent}    capture_tool_args: true\n${indent}    capture_tool_results: true\n`,
  );
