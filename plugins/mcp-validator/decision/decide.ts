import { INVALID_PARAMS } from '../../shared/mcp/json-rpc/errors';
import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';
import { readJsonRpcBody } from '../../shared/mcp/json-rpc/read-body';
import { NO_MESSAGES, type MessageSummary } from '../../shared/mcp/message-summary';
import { newReadingBudget, type ReadingBudget } from '../../shared/mcp/resource-uris/readings';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { summarizeMessages } from '../../shared/mcp/summarize-messages';
import { checkToolCall } from '../arguments/check-tool-call';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import { bodyToJudge, checkNoBody } from '../http/check-body';
import { checkFraming } from '../http/check-header-syntax';
import { checkHttp } from '../http/check-http';
import { checkMethodKnown } from '../methods/check-method-known';
import { checkMembers } from '../params/check-members';
import { findMetaKeyProblem, type MetaKeyProblem } from '../params/check-meta-keys';
import { mcpCatalogue } from '../params/protocol-methods';
import { isMcpRequest, requestKind } from '../paths/request-kind';
import { checkPolicy } from '../policy/check-policy';
import { httpFault, type Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import { checkMirroredHeaders } from '../revision/check-mirrored-headers';
import { resolveBatchEra } from '../revision/resolve-batch-revision';
import { eraOfHeader, resolveEra } from '../revision/resolve-revision';
import type { Rules } from '../rules';
import { answerBatchFault, answerHttpFault, answerMessageFault, type Refusal } from './denial-response';

/** What the validator found: the request may pass, or what it is answered. */
export type Verdict = Pass | Refuse;

/** The request goes upstream. */
export interface Pass {
  readonly kind: 'pass';
  /** Of the messages in the body; absent for a request without messages. */
  readonly summary?: MessageSummary;
  /** Headers that the upstream must not see. */
  readonly stripHeaders: readonly string[];
  /** Of some key in `_meta`, where it is to be told. */
  readonly metaKeyProblem: MetaKeyProblem | undefined;
}

/** The request is answered here. */
export interface Refuse {
  readonly kind: 'refuse';
  readonly refusal: Refusal;
  /** As far as the body could be read. */
  readonly summary?: MessageSummary;
}

/**
 * Judges an HTTP request. One that no server could take for MCP's passes; of all others the rungs of the ladder in their order, the first failure answers.
 *
 * Pure: reads nothing but its arguments. Never throws. `tools` is what is known of the server's tools, by default what
 * is configured.
 */
export function judge(facts: HttpFacts, rules: Rules, tools: ToolKnowledge = rules.configuredTools): Verdict {
  const kind = requestKind(facts, rules);
  if (kind === 'unread') return { kind: 'refuse', refusal: answerHttpFault(unreadBody(rules)) };
  if (!isMcpRequest(kind, facts)) return judgeOther(facts);
  const fault = checkHttp(facts, rules);
  if (fault) return { kind: 'refuse', refusal: answerHttpFault(fault) };
  if (facts.method === 'POST') return judgePost(facts, rules, tools);
  return judgeBodiless(facts, rules);
}

const unreadBody = ({ maxBodyBytes }: Rules): Fault => {
  const message = `The body must be at most ${maxBodyBytes} bytes, or the path be exempt`;
  return httpFault(413, 'body_too_large', message);
};

/** What is not MCP's passes, but for headers that could hide a request of MCP's in it. */
function judgeOther(facts: HttpFacts): Verdict {
  const fault = checkFraming(facts);
  return fault ? { kind: 'refuse', refusal: answerHttpFault(fault) } : OTHER;
}

/** The plugins after this one are told that there is no message in it. */
const OTHER: Pass = { kind: 'pass', summary: NO_MESSAGES, stripHeaders: [], metaKeyProblem: undefined };

/** Of sessions, which stateless requests have not: a server may take them for a request of one. */
const SESSION_HEADERS = ['mcp-session-id', 'last-event-id'] as const;
const NO_HEADERS: readonly string[] = [];

const pass = (
  summary: MessageSummary | undefined,
  stripHeaders: readonly string[],
  metaKeyProblem: MetaKeyProblem | undefined,
): Pass =>
  summary ? { kind: 'pass', summary, stripHeaders, metaKeyProblem } : { kind: 'pass', stripHeaders, metaKeyProblem };

/** GET opens a stream, DELETE ends a session, OPTIONS asks for leave to send others. */
function judgeBodiless(facts: HttpFacts, rules: Rules): Verdict {
  const fault = checkNoBody(facts) ?? (facts.method === 'OPTIONS' ? undefined : checkVersion(facts, rules));
  return fault ? { kind: 'refuse', refusal: answerHttpFault(fault) } : pass(undefined, NO_HEADERS, undefined);
}

function checkVersion({ headers }: HttpFacts, rules: Rules): Fault | undefined {
  const era = eraOfHeader(headers.get('mcp-protocol-version'), rules);
  return typeof era === 'object' ? era : undefined;
}

function judgePost(facts: HttpFacts, rules: Rules, tools: ToolKnowledge): Verdict {
  const bytes = bodyToJudge(facts, rules);
  if (!(bytes instanceof Uint8Array)) return { kind: 'refuse', refusal: answerHttpFault(bytes) };
  const body = readJsonRpcBody(bytes, rules.bounds);
  if (!body.ok) return { kind: 'refuse', refusal: answerHttpFault(body, body.id) };
  const [first] = body.messages;
  if (body.batch || !first) return judgeBatch(body.messages, facts, rules, tools);
  return judgeSingle(first, facts, rules, tools);
}

function judgeSingle(message: ParsedMessage, facts: HttpFacts, rules: Rules, tools: ToolKnowledge): Verdict {
  const refuse = (fault: Fault, revision?: Revision): Refuse => ({
    kind: 'refuse',
    refusal: answerMessageFault(fault, message, revision, rules),
    summary: summarizeMessages([message], false, revision),
  });
  const shape = message.kind === 'response' ? undefined : checkMembers(message.method, message.params);
  if (shape) return refuse(shape);
  const era = resolveEra(message, facts.headers.get('mcp-protocol-version'), rules);
  if (typeof era === 'object') return refuse(era);
  if (message.kind !== 'response' && isModern(era)) {
    const mismatch = checkMirroredHeaders(message, facts.headers);
    if (mismatch) return refuse(mismatch, era);
  }
  const fault = checkMessage(message, era, facts, rules, tools, newReadingBudget());
  if (fault) return refuse(fault, era);
  const strip = isModern(era) ? SESSION_HEADERS.filter((name) => facts.headers.has(name)) : NO_HEADERS;
  return pass(summarizeMessages([message], false, era), strip, metaKeyProblemOf([message], rules));
}

function judgeBatch(messages: readonly ParsedMessage[], facts: HttpFacts, rules: Rules, tools: ToolKnowledge): Verdict {
  const refuse = (refusal: Refusal, revision?: Revision): Refuse => ({
    kind: 'refuse',
    refusal,
    summary: summarizeMessages(messages, true, revision),
  });
  for (const message of messages) {
    const shape = message.kind === 'response' ? undefined : checkMembers(message.method, message.params);
    if (shape) return refuse(answerHttpFault(shape));
  }
  const era = resolveBatchEra(messages, facts.headers.get('mcp-protocol-version'), rules);
  if (typeof era === 'object') return refuse(answerHttpFault(era));
  const budget = newReadingBudget();
  for (const [index, message] of messages.entries()) {
    const fault = checkMessage(message, era, facts, rules, tools, budget);
    if (fault) return refuse(answerBatchFault(fault, messages, index, era, rules), era);
  }
  return pass(summarizeMessages(messages, true, era), NO_HEADERS, metaKeyProblemOf(messages, rules));
}

/** The rungs of a message whose revision is known: the method, its params, what they name, a tool's arguments. */
function checkMessage(
  message: ParsedMessage,
  revision: Revision,
  { headers }: HttpFacts,
  rules: Rules,
  tools: ToolKnowledge,
  budget: ReadingBudget,
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
    checkPolicy(method, params, revision, rules, budget) ??
    (method === 'tools/call' ? checkToolCall(params, revision, headers, rules, tools) : undefined)
  );
}

function checkParams(message: Exclude<ParsedMessage, { kind: 'response' }>, revision: Revision, rules: Rules) {
  const { kind, method, params } = message;
  const error = mcpCatalogue().check(revision, kind, method, params);
  if (error) return invalidParams('invalid_params', `/params${error.pointer} ${error.problem}`);
  return rules.metaKeyCheck === 'deny' && findMetaKeyProblem(params) === 'malformed'
    ? invalidParams('invalid_meta_key', '/params/_meta has a malformed key')
    : undefined;
}

const invalidParams = (reason: string, what: string): Fault => ({
  reason,
  code: INVALID_PARAMS,
  message: `Invalid params: ${what}`,
});

function metaKeyProblemOf(messages: readonly ParsedMessage[], { metaKeyCheck }: Rules): MetaKeyProblem | undefined {
  if (metaKeyCheck === 'off') return undefined;
  let worst: MetaKeyProblem | undefined;
  for (const message of messages) {
    const problem = message.kind === 'response' ? undefined : findMetaKeyProblem(message.params);
    if (problem === 'malformed') return problem;
    worst ??= problem;
  }
  return worst;
}
