import type { ToolSchema } from './compile-schema';

/** What is known of the tools of the server that a request goes to, by configuration or from the server itself. */
export interface ToolKnowledge {
  /** The input schema of a tool; undefined where none is known. */
  readonly schemaOf: (tool: string) => ToolSchema | undefined;
  /** Is the tool pinned, with its definition no longer the pinned one, and to be denied for it? */
  readonly isDenied: (tool: string) => boolean;
}
