import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { INVALID_PARAMS } from '../../shared/mcp/json-rpc/errors';
import type { ReadingBudget } from '../../shared/mcp/resource-uris/readings';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { RESOURCE_NOT_FOUND, type Fault } from '../protocol/fault';
import type { Rules } from '../rules';
import { findDenied } from './check-extension';

/** Tool names of this form are repeated in the answer, as a server would. */
const PRINTABLE_NAME = /^[\x20-\x7e]{1,128}$/;

/**
 * May this client use the tool, prompt or resource that the call names? What is denied is answered as if it were not
 * there. `budget` bounds the work for the URIs of the whole request. Params of another shape than the protocol's name nothing, and pass: the schema has judged them already.
 */
export function checkPolicy(
  method: string,
  params: JsonObject | undefined,
  revision: Revision,
  rules: Rules,
  budget: ReadingBudget,
): Fault | undefined {
  if (!params) return undefined;
  switch (method) {
    case 'tools/call':
      return checkTool(memberOf(params, 'name'), rules);
    case 'prompts/get':
      return checkPrompt(memberOf(params, 'name'), rules);
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return checkResource(memberOf(params, 'uri'), revision, rules, budget);
    case 'completion/complete':
      return checkReference(memberOf(params, 'ref'), revision, rules, budget);
    case 'subscriptions/listen':
      return checkSubscriptions(memberOf(params, 'notifications'), revision, rules, budget);
    case 'initialize':
      return undefined;
    default:
      return checkExtension(method, params, revision, rules, budget);
  }
}

function checkExtension(
  method: string,
  params: JsonObject,
  revision: Revision,
  rules: Rules,
  budget: ReadingBudget,
): Fault | undefined {
  const denied = findDenied(method, params, rules, budget);
  if (!denied) return undefined;
  if (denied.kind === 'tool') return unknownTool(denied.name, 'tool_denied');
  return denied.kind === 'prompt' ? unknownPrompt : resourceNotFound(revision);
}

function checkTool(name: unknown, { tools }: Rules): Fault | undefined {
  return typeof name === 'string' && !tools.allows(name) ? unknownTool(name, 'tool_denied') : undefined;
}

/** The answer of a server that has no such tool (2025-11-25, server/tools "Error Handling"). */
export function unknownTool(name: string, reason: string): Fault {
  const message = PRINTABLE_NAME.test(name) ? `Unknown tool: ${name}` : 'Unknown tool';
  return { reason, code: INVALID_PARAMS, message };
}

function checkPrompt(name: unknown, { prompts }: Rules): Fault | undefined {
  return typeof name === 'string' && !prompts.allows(name) ? unknownPrompt : undefined;
}

const unknownPrompt: Fault = { reason: 'prompt_denied', code: INVALID_PARAMS, message: 'Unknown prompt' };

function checkResource(
  uri: unknown,
  revision: Revision,
  { resources }: Rules,
  budget: ReadingBudget,
): Fault | undefined {
  return typeof uri === 'string' && !resources.allows(uri, budget) ? resourceNotFound(revision) : undefined;
}

const resourceNotFound = (revision: Revision): Fault => ({
  reason: 'resource_denied',
  code: isModern(revision) ? INVALID_PARAMS : RESOURCE_NOT_FOUND,
  message: 'Resource not found',
});

function checkReference(ref: unknown, revision: Revision, rules: Rules, budget: ReadingBudget): Fault | undefined {
  if (!isJsonObject(ref)) return undefined;
  return memberOf(ref, 'type') === 'ref/prompt'
    ? checkPrompt(memberOf(ref, 'name'), rules)
    : checkResource(memberOf(ref, 'uri'), revision, rules, budget);
}

function checkSubscriptions(
  filter: unknown,
  revision: Revision,
  rules: Rules,
  budget: ReadingBudget,
): Fault | undefined {
  const uris = isJsonObject(filter) ? memberOf(filter, 'resourceSubscriptions') : undefined;
  if (!Array.isArray(uris)) return undefined;
  for (const uri of uris) {
    const fault = checkResource(uri, revision, rules, budget);
    if (fault) return fault;
  }
  return undefined;
}
