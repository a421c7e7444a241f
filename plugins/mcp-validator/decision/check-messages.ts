import type { DenialResponse } from '../../shared/mcp/denial';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';
import { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { summarizeMessages } from '../../shared/mcp/summarize-messages';
import { checkAdmission, checkAuthorization } from '../access/check-access';
import { checkToolCall } from '../arguments/check-tool-call';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import { batchFaultResponse, httpFaultResponse, messageFaultResponse } from '../denial-response';
import { checkMethodKnown } from '../methods/check-method-known';
import { checkMembers } from '../params/check-members';
import { checkParams, metaKeyProblemOf } from '../params/check-params';
import { checkPolicy } from '../policy/check-policy';
import type { PolicyRules } from '../policy/policy-rules';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import { checkMirroredHeaders } from '../revision/check-mirrored-headers';
import { resolveBatchRevision } from '../revision/resolve-batch-revision';
import { resolveRevision } from '../revision/resolve-revision';
import type { Rules } from '../rules';
import { pass, type Decision, type Rejection } from './decision';
import type { ReadMessages } from './read-messages';

/** Session headers, which stateless requests do not have: a server may take the request for one of that session. */
const SESSION_HEADERS = ['mcp-session-id', 'last-event-id'] as const;
const NO_HEADERS: readonly string[] = [];

/** The checks of the messages of a request. `tools` is what is known about the tools of its server. */
export function checkMessages(
  { batch, messages }: ReadMessages,
  facts: HttpFacts,
  rules: Rules,
  tools: ToolKnowledge,
): Decision {
  const [first] = messages;
  return batch || !first ? checkBatch(messages, facts, rules, tools) : checkSingle(first, facts, rules, tools);
}

function checkSingle(message: ParsedMessage, facts: HttpFacts, rules: Rules, tools: ToolKnowledge): Decision {
  const reject = (fault: Fault, revision?: Revision): Rejection => ({
    kind: 'reject',
    response: messageFaultResponse(fault, message, revision, rules),
    summary: summarizeMessages([message], false, revision),
  });
  const ambiguous = message.kind === 'response' ? undefined : checkMembers(message.method, message.params);
  if (ambiguous) return reject(ambiguous);
  const revision = resolveRevision(message, facts.headers.get('mcp-protocol-version'), rules);
  if (typeof revision === 'object') return reject(revision);
  if (message.kind !== 'response' && isModern(revision)) {
    const mismatch = checkMirroredHeaders(message, facts.headers);
    if (mismatch) return reject(mismatch, revision);
  }
  const policy = rules.policyOf(facts.caller);
  const readings = new UriReadings();
  const fault =
    checkUse(message, revision, facts, rules, policy, readings) ??
    checkAuthorization([message], rules, facts.caller, readings) ??
    checkArguments(message, revision, facts, rules, policy, tools);
  if (fault) return reject(fault, revision);
  const strip = isModern(revision) ? SESSION_HEADERS.filter((name) => facts.headers.has(name)) : NO_HEADERS;
  return pass(summarizeMessages([message], false, revision), strip, metaKeyProblemOf([message], rules));
}

function checkBatch(
  messages: readonly ParsedMessage[],
  facts: HttpFacts,
  rules: Rules,
  tools: ToolKnowledge,
): Decision {
  const reject = (response: DenialResponse, revision?: Revision): Rejection => ({
    kind: 'reject',
    response,
    summary: summarizeMessages(messages, true, revision),
  });
  for (const message of messages) {
    const ambiguous = message.kind === 'response' ? undefined : checkMembers(message.method, message.params);
    if (ambiguous) return reject(httpFaultResponse(ambiguous));
  }
  const revision = resolveBatchRevision(messages, facts.headers.get('mcp-protocol-version'), rules);
  if (typeof revision === 'object') return reject(httpFaultResponse(revision));
  const policy = rules.policyOf(facts.caller);
  const readings = new UriReadings();
  for (const [index, message] of messages.entries()) {
    const fault = checkUse(message, revision, facts, rules, policy, readings);
    if (fault) return reject(batchFaultResponse(fault, messages, index, revision, rules), revision);
  }
  const unauthorized = checkAuthorization(messages, rules, facts.caller, readings);
  if (unauthorized) return reject(httpFaultResponse(unauthorized), revision);
  for (const [index, message] of messages.entries()) {
    const fault = checkArguments(message, revision, facts, rules, policy, tools);
    if (fault) return reject(batchFaultResponse(fault, messages, index, revision, rules), revision);
  }
  return pass(summarizeMessages(messages, true, revision), NO_HEADERS, metaKeyProblemOf(messages, rules));
}

/** Whether the caller may use the method of a message of a known revision, and what its params name. */
function checkUse(
  message: ParsedMessage,
  revision: Revision,
  { caller }: HttpFacts,
  rules: Rules,
  policy: PolicyRules,
  readings: UriReadings,
): Fault | undefined {
  if (message.kind === 'response') {
    return message.id === undefined && revision < '2025-11-25'
      ? httpFault(400, 'invalid_id', 'Invalid request: /id is missing')
      : undefined;
  }
  const { method, params } = message;
  return (
    checkMethodKnown(message, revision, rules) ??
    checkParams(message, revision, rules) ??
    checkPolicy(method, params, revision, policy, readings) ??
    checkAdmission(message, revision, rules, caller, readings)
  );
}

/** Whether the arguments of a call match the schema of its tool: only for callers that may call it. */
const checkArguments = (
  message: ParsedMessage,
  revision: Revision,
  { headers }: HttpFacts,
  rules: Rules,
  policy: PolicyRules,
  tools: ToolKnowledge,
): Fault | undefined =>
  message.kind !== 'response' && message.method === 'tools/call'
    ? checkToolCall(message.params, revision, headers, rules, policy.tools, tools)
    : undefined;
