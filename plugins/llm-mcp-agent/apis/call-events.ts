import type { JsonObject } from '../../shared/json/json-object';
import type { CallResult, ShownCall } from './dialogue';

/** The member `agent` of a record that shows a call, in APIs that have no record of their own for it. */
export const callEvent = ({ call, server, tool, args }: ShownCall): JsonObject => ({
  event: 'tool_call',
  id: call.id,
  server,
  tool,
  arguments: args,
});

/** The same for its result; `durationMs` is the time that the call took. */
export const resultEvent = (
  { call, server, tool }: ShownCall,
  { text, isError }: CallResult,
  durationMs: number,
): JsonObject => ({
  event: 'tool_result',
  id: call.id,
  server,
  tool,
  is_error: isError,
  content: text,
  duration_ms: durationMs,
});
