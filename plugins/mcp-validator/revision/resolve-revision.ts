import { isJsonObject, memberOf } from '../../shared/json/json-object';
import { INVALID_PARAMS, INVALID_REQUEST } from '../../shared/mcp/json-rpc/errors';
import { type ParsedMessage, type ParsedRequest } from '../../shared/mcp/json-rpc/message';
import type { Revision } from '../../shared/mcp/revisions';
import { HEADER_MISMATCH, httpFault, UNSUPPORTED_VERSION, type Fault } from '../protocol/fault';
import { META_CAPABILITIES, META_VERSION } from '../protocol/meta-keys';
import type { Rules } from '../rules';

/** A client's version string is repeated in `data.requested`, as the protocol demands, but not at any length. */
const MAX_REQUESTED_LENGTH = 64;

/**
 * The revision that a single message speaks, from header and body together, or what they disagree about.
 *
 * Servers differ in which of the two they follow, so every disagreement is refused. A request of 2026-07-28 carries
 * its version in both; `initialize` names its revision in the body; others are known by the header alone.
 */
export function resolveEra(message: ParsedMessage, header: string | undefined, rules: Rules): Revision | Fault {
  if (message.kind === 'response') return eraOfResponse(header, rules);
  const meta = memberOf(message.params ?? {}, '_meta');
  const claim = isJsonObject(meta) && Object.hasOwn(meta, META_VERSION) ? { version: meta[META_VERSION] } : undefined;
  if (claim) return eraOfClaim(message, meta as object, claim.version, header, rules);
  if (rules.isModernVersion(header)) {
    return message.kind === 'request' ? missingMeta(META_VERSION) : (header as Revision);
  }
  if (message.kind === 'request' && message.method === 'initialize') return eraOfInitialize(message, header, rules);
  return eraOfHeader(header, rules);
}

/** The revision that the header tells; without one the revision whose clients send none. */
export function eraOfHeader(header: string | undefined, rules: Rules): Revision | Fault {
  const version = header ?? rules.assumedRevision;
  if (version === undefined)
    return unsupported(undefined, rules.revisions, 'The header MCP-Protocol-Version is missing');
  return rules.isEnabled(version) ? version : unsupported(version, rules.revisions);
}

function eraOfResponse(header: string | undefined, rules: Rules): Revision | Fault {
  return rules.isModernVersion(header)
    ? httpFault(400, 'response_not_allowed', 'This revision of MCP has no responses of clients', INVALID_REQUEST)
    : eraOfHeader(header, rules);
}

function eraOfClaim(
  message: ParsedMessage,
  meta: object,
  version: unknown,
  header: string | undefined,
  rules: Rules,
): Revision | Fault {
  if (typeof version !== 'string') return invalidMeta(META_VERSION, 'must be a string');
  if (message.kind === 'request') {
    if (!Object.hasOwn(meta, META_CAPABILITIES)) return missingMeta(META_CAPABILITIES);
    const capabilities = (meta as Record<string, unknown>)[META_CAPABILITIES];
    if (!isJsonObject(capabilities)) return invalidMeta(META_CAPABILITIES, 'must be an object');
  }
  if (header !== version) {
    const problem = header === undefined ? 'is missing' : 'differs from the version in _meta';
    return httpFault(400, 'version_mismatch', `Header mismatch: MCP-Protocol-Version ${problem}`, HEADER_MISMATCH);
  }
  if (rules.isModernVersion(version)) return version as Revision;
  return unsupported(version, rules.modernRevisions.length > 0 ? rules.modernRevisions : rules.revisions);
}

/** Until the version is agreed on, an `initialize` may ask for one that the server does not have. */
function eraOfInitialize(request: ParsedRequest, header: string | undefined, rules: Rules): Revision | Fault {
  const asked = memberOf(request.params ?? {}, 'protocolVersion');
  const { legacyRevisions } = rules;
  const newest = legacyRevisions[legacyRevisions.length - 1];
  if (newest === undefined) return unsupported(typeof asked === 'string' ? asked : header, rules.revisions);
  if (header !== undefined && !rules.isEnabled(header)) return unsupported(header, rules.revisions);
  return legacyRevisions.find((revision) => revision === asked) ?? newest;
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
