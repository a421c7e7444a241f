import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { targetOf } from '../../shared/mcp/call-targets';
import { bearerChallenge } from '../../shared/mcp/challenge';
import { INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedCall, ParsedMessage } from '../../shared/mcp/json-rpc/message';
import type { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { protocolMethods } from '../params/protocol-methods';
import { RESOURCE_NOT_FOUND } from '../protocol/fault';
import { unknownTool } from '../protocol/unknown-tool';
import type { AccessCaller, AccessRule, AccessRules } from './access-rules';

const NOBODY: AccessCaller = { identity: undefined, consumer: undefined };

/**
 * Checks that the caller is one whom the rules admit to what a message names; scopes are not judged here. The response is
 * the same as for something that does not exist, since no other token of this caller would help.
 *
 * Callers without a token pass: {@link checkAuthorization} asks them for one.
 */
export function checkAdmission(
  message: ParsedCall,
  revision: Revision,
  { access }: AccessRules,
  caller: AccessCaller = NOBODY,
  readings: UriReadings,
): Fault | undefined {
  if (!access) return undefined;
  const { method } = message;
  const rules = rulesFor(message, access.rules, readings);
  if (access.deniesOthers && rules.length === 0 && !isNeutral(method)) return notThere(message, revision);
  return areMet(rules, caller) ? undefined : notThere(message, revision);
}

type Access = NonNullable<AccessRules['access']>;

/** Whether {@link checkAdmission} lets the caller use this tool, prompt or resource. */
export function admits(
  access: Access,
  caller: AccessCaller = NOBODY,
  method: string,
  name: string,
  readings: UriReadings,
): boolean {
  const names = [name];
  const rules = access.rules.filter((rule) => rule.appliesTo(method, names, readings));
  return rules.length === 0 ? !access.deniesOthers : areMet(rules, caller);
}

/** False if it lets the caller use no resource of this template, as far as the text of the template shows. */
export const admitsTemplate = (
  { rules }: Access,
  caller: AccessCaller = NOBODY,
  template: string,
  readings: UriReadings,
): boolean =>
  areMet(
    rules.filter((rule) => rule.coversTemplate(template, readings)),
    caller,
  );

/** Whether the caller is one whom all rules admit. One without a token may still get one. */
function areMet(rules: readonly AccessRule[], caller: AccessCaller): boolean {
  const { identity } = caller;
  if (!identity || identity.kind === 'anonymous') return true;
  return rules.every((rule) => rule.isMetBy(caller) && (identity.kind === 'token' || rule.scopes.length === 0));
}

/**
 * Checks the token of the caller for all messages of a request together: one is needed, with the scopes of all rules that
 * apply. The challenge names all of these scopes, since a client that asked for one after the other would ask its user each
 * time.
 */
export function checkAuthorization(
  messages: readonly ParsedMessage[],
  { access }: AccessRules,
  caller: AccessCaller = NOBODY,
  readings: UriReadings,
): Fault | undefined {
  if (!access) return undefined;
  const rules = messages.flatMap((message) =>
    message.kind === 'response' ? [] : rulesFor(message, access.rules, readings),
  );
  if (rules.length === 0) return undefined;
  const { identity } = caller;
  const scopes = [...new Set([...rules.flatMap((rule) => rule.scopes), ...(identity?.required ?? [])])];
  if (!identity || (identity.kind === 'anonymous' && !rules.every((rule) => rule.isMetByAnonymous(caller)))) {
    return loginRequired(scopes, identity?.challenge ?? '');
  }
  if (identity.kind !== 'token' || rules.every((rule) => rule.scopes.every((one) => identity.scopes.includes(one)))) {
    return undefined;
  }
  const description = 'The access token lacks a scope';
  return {
    reason: 'insufficient_scope',
    status: 403,
    code: INVALID_REQUEST,
    message: description,
    data: { required_scopes: scopes },
    headers: {
      'WWW-Authenticate': bearerChallenge({ error: 'insufficient_scope', description, scopes }, identity.challenge),
    },
  };
}

/**
 * Checks a request that carries no message, such as GET for a stream: where every message needs a login, it is rejected if
 * mcp-auth did not run. A preflight carries no credentials, so it passes.
 */
export const checkWithoutMessages = (
  method: string,
  { access }: AccessRules,
  caller: AccessCaller = NOBODY,
): Fault | undefined =>
  access?.closesRoute && !caller.identity && method !== 'OPTIONS' ? loginRequired([], '') : undefined;

const loginRequired = (scopes: readonly string[], challenge: string): Fault => ({
  reason: 'unauthenticated',
  status: 401,
  code: INVALID_REQUEST,
  message: 'An access token is required',
  headers: { 'WWW-Authenticate': bearerChallenge({ scopes }, challenge) },
});

/** The rules that apply to a message: each of them must be met. */
function rulesFor(
  { method, params }: ParsedCall,
  rules: readonly AccessRule[],
  readings: UriReadings,
): readonly AccessRule[] {
  const names = namesIn(method, params);
  return rules.filter((rule) => rule.appliesTo(method, names, readings));
}

/** What a message names; undefined for an extension, which may name something anywhere. */
function namesIn(method: string, params: JsonObject | undefined): readonly string[] | undefined {
  const target = targetOf(method, params);
  if (target !== undefined) return [target];
  if (method === 'completion/complete') {
    const ref = params && memberOf(params, 'ref');
    return isJsonObject(ref) ? textsOf([memberOf(ref, 'name'), memberOf(ref, 'uri')]) : [];
  }
  if (method === 'subscriptions/listen') {
    const filter = params && memberOf(params, 'notifications');
    const uris = isJsonObject(filter) ? memberOf(filter, 'resourceSubscriptions') : undefined;
    return Array.isArray(uris) ? textsOf(uris) : [];
  }
  return protocolMethods().isCore(method) ? [] : undefined;
}

const textsOf = (values: readonly unknown[]): readonly string[] =>
  values.filter((value): value is string => typeof value === 'string');

/** Methods that name nothing and that every session needs: `default: deny` is not about them. */
const isNeutral = (method: string): boolean =>
  protocolMethods().isCore(method) &&
  !/^(?:tools\/call|prompts\/get|resources\/(?:read|subscribe)|completion\/)/.test(method);

/** The response to a call of something that does not exist. */
function notThere({ method, params }: ParsedCall, revision: Revision): Fault {
  const reason = 'access_denied';
  const name = targetOf(method, params);
  if (method === 'tools/call') return unknownTool(name ?? '', reason);
  if (method === 'prompts/get') return { reason, code: INVALID_PARAMS, message: 'Unknown prompt' };
  if (method.startsWith('resources/') && name !== undefined) {
    return { reason, code: isModern(revision) ? INVALID_PARAMS : RESOURCE_NOT_FOUND, message: 'Resource not found' };
  }
  return { reason, code: METHOD_NOT_FOUND, message: 'Method not found' };
}
