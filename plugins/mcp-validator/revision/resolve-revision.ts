import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { INVALID_PARAMS, INVALID_REQUEST } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedMessage, ParsedRequest } from '../../shared/mcp/json-rpc/message';
import { META_CAPABILITIES, META_VERSION } from '../../shared/mcp/meta-keys';
import type { Revision } from '../../shared/mcp/revisions';
import { HEADER_MISMATCH, httpFault, UNSUPPORTED_VERSION } from '../protocol/fault';
import type { RevisionRules } from './revision-rules';

/** `data.requested` repeats the client's version, as the protocol requires, up to this length. */
const MAX_REQUESTED_LENGTH = 64;

/**
 * The revision of a single message, from header and body together, or where they disagree.
 *
 * Servers differ in which of the two they use, so every disagreement is rejected. A request of 2026-07-28 has its version
 * in both; `initialize` has its revision in the body; all other messages have it in the header.
 */
export function resolveRevision(
  message: ParsedMessage,
  header: string | undefined,
  rules: RevisionRules,
): Revision | Fault {
  if (message.kind === 'response') return revisionOfResponse(header, rules);
  const meta = memberOf(message.params ?? {}, '_meta');
  if (isJsonObject(meta) && Object.hasOwn(meta, META_VERSION)) return revisionOfMeta(message, meta, header, rules);
  if (rules.isModernVersion(header)) {
    return message.kind === 'request' ? missingMeta(META_VERSION) : (header as Revision);
  }
  if (message.kind === 'request' && message.method === 'initialize')
    return revisionOfInitialize(message, header, rules);
  return revisionOfHeader(header, rules);
}

/** The revision in the header; without a header, the revision whose clients do not send one. */
export function revisionOfHeader(header: string | undefined, rules: RevisionRules): Revision | Fault {
  const version = header ?? rules.assumedRevision;
  if (version === undefined)
    return unsupported(undefined, rules.revisions, 'The header MCP-Protocol-Version is missing');
  return rules.isEnabled(version) ? version : unsupported(version, rules.revisions);
}

function revisionOfResponse(header: string | undefined, rules: RevisionRules): Revision | Fault {
  return rules.isModernVersion(header)
    ? httpFault(
        400,
        'response_not_allowed',
        'This revision of MCP does not allow responses from clients',
        INVALID_REQUEST,
      )
    : revisionOfHeader(header, rules);
}

function revisionOfMeta(
  message: ParsedMessage,
  meta: JsonObject,
  header: string | undefined,
  rules: RevisionRules,
): Revision | Fault {
  const version = meta[META_VERSION];
  if (typeof version !== 'string') return invalidMeta(META_VERSION, 'must be a string');
  if (message.kind === 'request') {
    if (!Object.hasOwn(meta, META_CAPABILITIES)) return missingMeta(META_CAPABILITIES);
    const capabilities = meta[META_CAPABILITIES];
    if (!isJsonObject(capabilities)) return invalidMeta(META_CAPABILITIES, 'must be an object');
  }
  if (header !== version) {
    const problem = header === undefined ? 'is missing' : 'differs from the version in _meta';
    return httpFault(400, 'version_mismatch', `Header mismatch: MCP-Protocol-Version ${problem}`, HEADER_MISMATCH);
  }
  if (rules.isModernVersion(version)) return version as Revision;
  return unsupported(version, rules.modernRevisions.length > 0 ? rules.modernRevisions : rules.revisions);
}

/** `initialize` negotiates the version, so it may request one that the server does not support. */
function revisionOfInitialize(
  request: ParsedRequest,
  header: string | undefined,
  rules: RevisionRules,
): Revision | Fault {
  const requested = memberOf(request.params ?? {}, 'protocolVersion');
  const { legacyRevisions } = rules;
  const newest = legacyRevisions[legacyRevisions.length - 1];
  if (newest === undefined) return unsupported(typeof requested === 'string' ? requested : header, rules.revisions);
  if (header !== undefined && !rules.isEnabled(header)) return unsupported(header, rules.revisions);
  return legacyRevisions.find((revision) => revision === requested) ?? newest;
}

function unsupported(
  requested: string | undefined,
  supported: readonly Revision[],
  message = 'Unsupported protocol version',
): Fault {
  const data = { supported, ...(requested !== undefined && { requested: requested.slice(0, MAX_REQUESTED_LENGTH) }) };
  return { ...httpFault(400, 'unsupported_version', message, UNSUPPORTED_VERSION), data };
}

const pointerTo = (key: string): string => `/params/_meta/${key.replace('/', '~1')}`;

const missingMeta = (key: string): Fault => invalidMeta(key, 'is missing');

const invalidMeta = (key: string, problem: string): Fault =>
  httpFault(400, 'invalid_meta', `Invalid params: ${pointerTo(key)} ${problem}`, INVALID_PARAMS);
