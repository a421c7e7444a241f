import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import type { OutputSchema } from './compile-output-schema';

/** How the result of a tool breaks its output schema. */
export interface OutputViolation {
  /** A JSON pointer and a keyword; no values. */
  readonly problem: string;
}

/**
 * Checks `structuredContent` of a final result against the output schema of its tool (2025-06-18, server/tools "Output
 * Schema"); undefined if it is valid.
 *
 * `isModern`: from 2026-07-28 on the output may be any value; before, it is an object.
 *
 * Not checked are errors of the tool, tasks and results that ask for input: they have no output. The schema stops after a
 * bounded number of steps, as it does for arguments.
 */
export function checkOutput(result: JsonObject, schema: OutputSchema, isModern: boolean): OutputViolation | undefined {
  if (memberOf(result, 'isError') === true || !isFinal(result)) return undefined;
  const content = memberOf(result, 'structuredContent');
  if (content === undefined) return { problem: '/structuredContent is missing' };
  if (!isModern && !isJsonObject(content)) return { problem: '/structuredContent must be an object' };
  const error = schema.check(content);
  return error && { problem: `/structuredContent${error.pointer} ${error.problem}` };
}

/** A result of 2026-07-28 says what it is; a task has a member `task` (2025-11-25, basic/utilities/tasks). */
function isFinal(result: JsonObject): boolean {
  const type = memberOf(result, 'resultType');
  return (type === undefined || type === 'complete') && !Object.hasOwn(result, 'task');
}

/** The result that replaces one with a violation, as JSON text: it contains nothing of the server. */
export const outputErrorResult = (isModern: boolean): string =>
  JSON.stringify({
    content: [{ type: 'text', text: 'The tool returned a result that does not match its output schema' }],
    isError: true,
    ...(isModern && { resultType: 'complete' }),
  });
