import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { INVALID_PARAMS } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { RESOURCE_NOT_FOUND } from '../protocol/fault';
import { unknownTool } from '../protocol/unknown-tool';
import { findDenied } from './check-extension';
import type { PolicyRules } from './policy-rules';

/**
 * Checks that this client may use the prompt or resource that the call names, or what an extension names. The response is the same as for one
 * that does not exist. Params that do not match the protocol pass: the schema of the method has checked them before.
 *
 * @param readings of the URIs of the whole request
 */
export function checkPolicy(
  method: string,
  params: JsonObject | undefined,
  revision: Revision,
  rules: PolicyRules,
  readings: UriReadings,
): Fault | undefined {
  if (!params) return undefined;
  switch (method) {
    case 'prompts/get':
      return checkPrompt(memberOf(params, 'name'), rules);
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return checkResource(memberOf(params, 'uri'), revision, rules, readings);
    case 'completion/complete':
      return checkReference(memberOf(params, 'ref'), revision, rules, readings);
    case 'subscriptions/listen':
      return checkSubscriptions(memberOf(params, 'notifications'), revision, rules, readings);
    // `checkToolCall` checks which tools may be called.
    case 'tools/call':
    case 'initialize':
      return undefined;
    default:
      return checkExtension(method, params, revision, rules, readings);
  }
}

function checkExtension(
  method: string,
  params: JsonObject,
  revision: Revision,
  rules: PolicyRules,
  readings: UriReadings,
): Fault | undefined {
  const denied = findDenied(method, params, rules, readings);
  if (!denied) return undefined;
  if (denied.kind === 'tool') return unknownTool(denied.name, 'tool_denied');
  return denied.kind === 'prompt' ? unknownPrompt : resourceNotFound(revision);
}

function checkPrompt(name: unknown, { prompts }: PolicyRules): Fault | undefined {
  return typeof name === 'string' && !prompts.allows(name) ? unknownPrompt : undefined;
}

const unknownPrompt: Fault = { reason: 'prompt_denied', code: INVALID_PARAMS, message: 'Unknown prompt' };

function checkResource(
  uri: unknown,
  revision: Revision,
  { resources }: PolicyRules,
  readings: UriReadings,
): Fault | undefined {
  return typeof uri === 'string' && !resources.allows(uri, readings) ? resourceNotFound(revision) : undefined;
}

const resourceNotFound = (revision: Revision): Fault => ({
  reason: 'resource_denied',
  code: isModern(revision) ? INVALID_PARAMS : RESOURCE_NOT_FOUND,
  message: 'Resource not found',
});

function checkReference(
  ref: unknown,
  revision: Revision,
  rules: PolicyRules,
  readings: UriReadings,
): Fault | undefined {
  if (!isJsonObject(ref)) return undefined;
  return memberOf(ref, 'type') === 'ref/prompt'
    ? checkPrompt(memberOf(ref, 'name'), rules)
    : checkResource(memberOf(ref, 'uri'), revision, rules, readings);
}

function checkSubscriptions(
  filter: unknown,
  revision: Revision,
  rules: PolicyRules,
  readings: UriReadings,
): Fault | undefined {
  const uris = isJsonObject(filter) ? memberOf(filter, 'resourceSubscriptions') : undefined;
  if (!Array.isArray(uris)) return undefined;
  for (const uri of uris) {
    const fault = checkResource(uri, revision, rules, readings);
    if (fault) return fault;
  }
  return undefined;
}
