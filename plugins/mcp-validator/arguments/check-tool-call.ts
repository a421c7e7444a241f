import type { Headers } from '../../../kong/pdk';
import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { INVALID_PARAMS } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import type { NameRule } from '../../shared/name-rules/name-rule';
import { unknownTool } from '../protocol/unknown-tool';
import type { ArgumentRules } from './argument-rules';
import { checkParamHeaders } from './check-param-headers';
import { toolUnavailable } from './tool-access';
import type { ToolKnowledge } from './tool-knowledge';

/**
 * Checks that the caller may call the tool of a `tools/call`, and the arguments against the input schema of the tool, if
 * there is one. `params` are valid.
 */
export function checkToolCall(
  params: JsonObject | undefined,
  revision: Revision,
  headers: Pick<Headers, 'all'>,
  rules: ArgumentRules,
  allowed: NameRule,
  tools: ToolKnowledge,
): Fault | undefined {
  if (!params) return undefined;
  const name = memberOf(params, 'name');
  if (typeof name !== 'string') return undefined;
  const reason = toolUnavailable(name, allowed, rules, tools);
  if (reason !== undefined) return reason === 'unusable_schema' ? UNUSABLE_SCHEMA : unknownTool(name, reason);
  const schema = tools.schemaOf(name);
  if (!schema) return undefined;
  const given = memberOf(params, 'arguments');
  const args = isJsonObject(given) ? given : {};
  const mismatch = isModern(revision) ? checkParamHeaders(schema.headerParameters, args, headers) : undefined;
  if (mismatch) return mismatch;
  const error = schema.check(args);
  return error && argumentFault(`/arguments${error.pointer} ${error.problem}`, params, revision, rules);
}

/** The tool exists, and the caller made no mistake. */
const UNUSABLE_SCHEMA: Fault = {
  reason: 'unusable_schema',
  code: INVALID_PARAMS,
  message: 'This tool cannot be called here: its input schema cannot be used to check the arguments',
};

/**
 * From 2025-11-25 on, a model gets the error as the result of the tool, so that it can fix its arguments (SEP-1303). A
 * client that waits for a task cannot handle a result.
 */
function argumentFault(what: string, params: JsonObject, revision: Revision, { argumentErrors }: ArgumentRules): Fault {
  const byRevision = revision >= '2025-11-25' && !Object.hasOwn(params, 'task');
  const asToolResult = argumentErrors === 'auto' ? byRevision : argumentErrors === 'result';
  return {
    reason: 'invalid_arguments',
    code: INVALID_PARAMS,
    message: asToolResult ? `Input validation error: ${what}` : `Invalid arguments: ${what}`,
    ...(asToolResult && { asToolResult }),
  };
}
