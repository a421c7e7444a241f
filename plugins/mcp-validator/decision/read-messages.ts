import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';
import { readCheapBody, readJsonRpcBody, type JsonRpcBody } from '../../shared/mcp/json-rpc/read-body';
import { NO_MESSAGES } from '../../shared/mcp/message-summary';
import { httpFaultResponse } from '../denial-response';
import { bodyBytes, checkNoBody } from '../http/check-body';
import { checkFraming } from '../http/check-header-syntax';
import { checkHttp } from '../http/check-http';
import { checkResumption } from '../http/check-resumption';
import { isMcpRequest, requestKind } from '../paths/request-kind';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import { revisionOfHeader } from '../revision/resolve-revision';
import type { Rules } from '../rules';
import { pass, rejectUnread, type Decision, type Pass } from './decision';

/** The messages of a request that are still to be checked. */
export interface ReadMessages {
  readonly kind: 'messages';
  readonly batch: boolean;
  readonly messages: readonly ParsedMessage[];
}

/** The checks that need no message: HTTP, then the JSON-RPC body. Returns the messages, or a decision without them. */
export function readMessages(facts: HttpFacts, rules: Rules): ReadMessages | Decision {
  const kind = requestKind(facts, rules);
  if (kind === 'unread') return rejectUnread(httpFaultResponse(unreadBody(rules)));
  if (!isMcpRequest(kind, facts)) return decideOther(facts);
  const fault = checkHttp(facts, rules);
  if (fault) return rejectUnread(httpFaultResponse(fault));
  if (facts.method !== 'POST') return decideWithoutBody(facts, rules);
  const bytes = bodyBytes(facts, rules);
  return bytes instanceof Uint8Array
    ? messagesOf(readJsonRpcBody(bytes, rules.bounds))
    : rejectUnread(httpFaultResponse(bytes));
}

/**
 * As {@link readMessages}, for the large body of a POST that is MCP by its path or its headers; undefined if the body must be
 * read in another thread, and for all other requests.
 */
export function readCheapMessages(facts: HttpFacts, rules: Rules): ReadMessages | Decision | undefined {
  const { method, body } = facts;
  if (method !== 'POST' || body.kind !== 'bytes' || requestKind(facts, rules) !== 'mcp') return undefined;
  const fault = checkHttp(facts, rules);
  if (fault) return rejectUnread(httpFaultResponse(fault));
  const read = readCheapBody(body.bytes, rules.bounds);
  return read && messagesOf(read);
}

const unreadBody = ({ maxBodyBytes }: Rules): Fault => {
  const message = `The body must be at most ${maxBodyBytes} bytes, or the path must be exempt`;
  return httpFault(413, 'body_too_large', message);
};

/** A request that is not MCP passes, except if its headers could hide a second request in it. */
function decideOther(facts: HttpFacts): Decision {
  const fault = checkFraming(facts);
  return fault ? rejectUnread(httpFaultResponse(fault)) : NOT_MCP;
}

/** The summary shows later plugins that the request has no messages. */
const NOT_MCP: Pass = pass(NO_MESSAGES, [], undefined);
const NO_HEADERS: readonly string[] = [];

/** GET opens a stream, DELETE ends a session, OPTIONS is a CORS preflight. */
function decideWithoutBody(facts: HttpFacts, rules: Rules): Decision {
  const fault =
    checkNoBody(facts) ??
    checkResumption(facts, rules.lists) ??
    (facts.method === 'OPTIONS' ? undefined : checkVersion(facts, rules));
  return fault ? rejectUnread(httpFaultResponse(fault)) : pass(undefined, NO_HEADERS, undefined);
}

function checkVersion({ headers }: HttpFacts, rules: Rules): Fault | undefined {
  const revision = revisionOfHeader(headers.get('mcp-protocol-version'), rules);
  return typeof revision === 'object' ? revision : undefined;
}

function messagesOf(body: JsonRpcBody): ReadMessages | Decision {
  if (!body.ok) return rejectUnread(httpFaultResponse(body, body.id));
  return { kind: 'messages', batch: body.batch, messages: body.messages };
}
