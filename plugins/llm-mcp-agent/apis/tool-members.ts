import type { JsonObject } from '../../shared/json/json-object';

/** The members of a request for its tools and the choice among them; none without tools, since models reject a choice then. */
export const toolMembers = (tools: readonly unknown[], choice: unknown): JsonObject =>
  tools.length === 0 ? {} : { tools, ...(choice !== undefined && { tool_choice: choice }) };
