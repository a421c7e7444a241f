import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';

/**
 * True if clients accept this response to `tools/list`, by the schema of the protocol (2025-11-25, `ListToolsResult`).
 * They discard any other response and keep the list that they have.
 */
export function isValidListResult(message: JsonObject, result: JsonObject, tools: readonly unknown[]): boolean {
  return (
    memberOf(message, 'jsonrpc') === '2.0' &&
    Object.keys(message).every((member) => member === 'jsonrpc' || member === 'id' || member === 'result') &&
    isTextOrAbsent(memberOf(result, 'nextCursor')) &&
    isObjectOrAbsent(memberOf(result, '_meta')) &&
    tools.every(isValidTool)
  );
}

function isValidTool(tool: unknown): boolean {
  if (!isJsonObject(tool) || typeof memberOf(tool, 'name') !== 'string') return false;
  const inputSchema = memberOf(tool, 'inputSchema');
  if (!isJsonObject(inputSchema) || memberOf(inputSchema, 'type') !== 'object') return false;
  const icons = memberOf(tool, 'icons');
  return (
    ['title', 'description'].every((member) => isTextOrAbsent(memberOf(tool, member))) &&
    ['outputSchema', 'annotations', 'execution', '_meta'].every((member) => isObjectOrAbsent(memberOf(tool, member))) &&
    (icons === undefined || Array.isArray(icons))
  );
}

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string';
const isObjectOrAbsent = (value: unknown): boolean => value === undefined || isJsonObject(value);
