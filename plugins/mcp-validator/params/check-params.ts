import { INVALID_PARAMS } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedCall, ParsedMessage } from '../../shared/mcp/json-rpc/message';
import type { Revision } from '../../shared/mcp/revisions';
import { findMetaKeyProblem, type MetaKeyProblem } from './check-meta-keys';
import type { ParamsRules } from './params-rules';
import { protocolMethods } from './protocol-methods';

/** Checks the params of a call against the schema of its method, and the keys of `_meta` if configured. */
export function checkParams(
  { kind, method, params }: ParsedCall,
  revision: Revision,
  { metaKeyCheck }: ParamsRules,
): Fault | undefined {
  const error = protocolMethods().check(revision, kind, method, params);
  if (error) return invalidParams('invalid_params', `/params${error.pointer} ${error.problem}`);
  return metaKeyCheck === 'deny' && findMetaKeyProblem(params) === 'malformed'
    ? invalidParams('invalid_meta_key', '/params/_meta has a malformed key')
    : undefined;
}

const invalidParams = (reason: string, what: string): Fault => ({
  reason,
  code: INVALID_PARAMS,
  message: `Invalid params: ${what}`,
});

/** The worst problem of the keys in `_meta` of all messages, to be logged; undefined if the check is off. */
export function metaKeyProblemOf(
  messages: readonly ParsedMessage[],
  { metaKeyCheck }: ParamsRules,
): MetaKeyProblem | undefined {
  if (metaKeyCheck === 'off') return undefined;
  let worst: MetaKeyProblem | undefined;
  for (const message of messages) {
    const problem = message.kind === 'response' ? undefined : findMetaKeyProblem(message.params);
    if (problem === 'malformed') return problem;
    worst ??= problem;
  }
  return worst;
}
