import { isJsonObject, memberOf, type JsonObject } from '../../shared/json-rpc/message';
import { META_CAPABILITIES, META_CLIENT_INFO, META_LOG_LEVEL, META_VERSION } from '../era/meta-keys';
import { httpFault, type Fault } from '../fault';
import { mcpCatalogue } from './catalogue';

const META_MEMBERS: ReadonlySet<string> = new Set([
  'progressToken',
  'traceparent',
  'tracestate',
  'baggage',
  META_VERSION,
  META_CAPABILITIES,
  META_CLIENT_INFO,
  META_LOG_LEVEL,
]);

/**
 * Members of `params` and `_meta` that a reader which folds case would take for ones with a meaning (`Name`, or
 * `param\u017f` with U+017F): what this gateway sees and what such a server does would differ (CVE-2026-27896).
 */
export function checkMembers(method: string, params: JsonObject | undefined): Fault | undefined {
  if (!params) return undefined;
  const meta = memberOf(params, '_meta');
  return (
    checkFolding(params, mcpCatalogue().membersOf(method), '/params') ??
    (isJsonObject(meta) ? checkFolding(meta, META_MEMBERS, '/params/_meta') : undefined)
  );
}

const MAX_KNOWN_LENGTH = 64;

function checkFolding(object: JsonObject, known: ReadonlySet<string>, pointer: string): Fault | undefined {
  let folded: ReadonlySet<string> | undefined;
  for (const name of Object.keys(object)) {
    if (known.has(name) || name.length > MAX_KNOWN_LENGTH) continue;
    folded ??= foldAll(known);
    if (folded.has(fold(name))) {
      const message = `Invalid request: a member of ${pointer} differs from a known one in case alone`;
      return httpFault(400, 'case_folded_member', message);
    }
  }
  return undefined;
}

/** Upper case first: it brings U+017F to `s`, as lower case brings U+212A to `k`. */
const fold = (name: string): string => name.toUpperCase().toLowerCase();

const foldedSets = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

function foldAll(known: ReadonlySet<string>): ReadonlySet<string> {
  let folded = foldedSets.get(known);
  if (!folded) foldedSets.set(known, (folded = new Set([...known].map(fold))));
  return folded;
}
