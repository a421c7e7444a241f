import type { ToolSchema } from './compile-tool-schema';

/** Why calls of a tool are denied: a pin's word, or the rule for schemas that can't be used. */
export type ToolDenial = 'tool_changed' | 'tool_unverified' | 'unusable_schema';

/** What is known of the tools of the server that a request goes to, by configuration or from the server itself. */
export interface ToolKnowledge {
  /** The input schema of a tool; undefined where none is known. */
  readonly schemaOf: (tool: string) => ToolSchema | undefined;
  /** Did the server list the tool? Then it is known, whether or not there is a schema. */
  readonly isListed: (tool: string) => boolean;
  readonly denialOf: (tool: string) => ToolDenial | undefined;
}
