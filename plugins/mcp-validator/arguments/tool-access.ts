import type { NameRule } from '../../shared/name-rules/name-rule';
import type { ArgumentRules } from './argument-rules';
import type { ToolDenial, ToolKnowledge } from './tool-knowledge';

/** Why a caller cannot call a tool, whatever the arguments. */
export type ToolUnavailable = 'tool_denied' | 'unknown_tool' | ToolDenial;

/**
 * Why a caller cannot call a tool; undefined if it can. Calls and lists use this one function, so that a list shows exactly
 * the tools that can be called.
 */
export function toolUnavailable(
  name: string,
  allowed: NameRule,
  { unknownTools }: Pick<ArgumentRules, 'unknownTools'>,
  tools: ToolKnowledge,
): ToolUnavailable | undefined {
  if (!allowed.allows(name)) return 'tool_denied';
  const denial = tools.denialOf(name);
  if (denial !== undefined) return denial;
  return unknownTools === 'deny' && !tools.isKnown(name) ? 'unknown_tool' : undefined;
}
