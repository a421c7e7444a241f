import { type JsonObject, memberOf } from '../json/json-object';

/** What a method acts on: the member of its `params` that names it. */
interface Target {
  readonly member: string;
  /** Whether clients of 2026-07-28 repeat the value in `Mcp-Name` (streamable-http; SEP-2663 for tasks). */
  readonly isMirrored: boolean;
}

const target = (member: string, isMirrored: boolean): Target => ({ member, isMirrored });

/** The only table of this kind: the value that one plugin checks and another counts must be the same. */
const TARGETS: ReadonlyMap<string, Target> = new Map([
  ['tools/call', target('name', true)],
  ['prompts/get', target('name', true)],
  ['resources/read', target('uri', true)],
  ['resources/subscribe', target('uri', false)],
  ['resources/unsubscribe', target('uri', false)],
  ['tasks/get', target('taskId', true)],
  ['tasks/update', target('taskId', true)],
  ['tasks/result', target('taskId', false)],
  ['tasks/cancel', target('taskId', true)],
]);

/** The member of a method's params that names what the method acts on; undefined for a method without one. */
export const targetMemberOf = (method: string): string | undefined => TARGETS.get(method)?.member;

/** The member of a method's params that `Mcp-Name` repeats; undefined for a method without one. */
export function mirroredMemberOf(method: string): string | undefined {
  const found = TARGETS.get(method);
  return found?.isMirrored ? found.member : undefined;
}

/** What a call acts on: a tool's or prompt's name, a resource's URI, a task's id; undefined if it names nothing. */
export function targetOf(method: string, params: JsonObject | undefined): string | undefined {
  const member = targetMemberOf(method);
  const value = member !== undefined && params ? memberOf(params, member) : undefined;
  return typeof value === 'string' ? value : undefined;
}
