import type { ToolSchema } from './compile-tool-schema';

/** Why calls of a tool are denied: its pin, or the rule for schemas that cannot be used. */
export type ToolDenial = 'tool_changed' | 'tool_unverified' | 'tool_unpinned' | 'unusable_schema';

/** What is known about the tools of a server, from the configuration or from the server itself. */
export interface ToolKnowledge {
  /** The input schema of a tool; undefined if none is known. */
  readonly schemaOf: (tool: string) => ToolSchema | undefined;
  /** True if the configuration has a schema of the tool, or the server listed it, with or without schema. */
  readonly isKnown: (tool: string) => boolean;
  readonly denialOf: (tool: string) => ToolDenial | undefined;
}
