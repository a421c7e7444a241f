import { isJsonObject, memberOf } from '../../shared/json/json-object';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';
import { META_VERSION } from '../../shared/mcp/meta-keys';
import type { Revision } from '../../shared/mcp/revisions';
import { httpFault } from '../protocol/fault';
import { revisionOfHeader } from './resolve-revision';
import type { RevisionRules } from './revision-rules';

const WITH_BATCHES: readonly Revision[] = ['2024-11-05', '2025-03-26'];

/**
 * The revision of a batch, or why the batch is not allowed: 2025-06-18 removed batches, they never contain `initialize`
 * (2025-03-26, basic/lifecycle), and they contain either calls or responses (JSON-RPC 2.0, section 6).
 */
export function resolveBatchRevision(
  messages: readonly ParsedMessage[],
  header: string | undefined,
  rules: RevisionRules,
): Revision | Fault {
  const revision = rules.isModernVersion(header) ? undefined : revisionOfHeader(header, rules);
  if (typeof revision === 'object') return revision;
  const isAllowed =
    revision !== undefined &&
    (rules.batches === 'legacy' || (rules.batches === 'by_revision' && WITH_BATCHES.includes(revision)));
  if (!isAllowed) return batchFault('batch_not_allowed', 'a batch is not allowed in this revision of MCP');
  if (messages.some(hasVersionInMeta))
    return batchFault('batch_not_allowed', 'a batch must not contain stateless requests');
  if (messages.some((message) => message.kind === 'request' && message.method === 'initialize')) {
    return batchFault('initialize_in_batch', 'initialize must not be part of a batch');
  }
  const responses = messages.filter((message) => message.kind === 'response').length;
  return responses === 0 || responses === messages.length
    ? revision
    : batchFault('mixed_batch', 'a batch must not contain both calls and responses');
}

function hasVersionInMeta(message: ParsedMessage): boolean {
  if (message.kind === 'response') return false;
  const meta = memberOf(message.params ?? {}, '_meta');
  return isJsonObject(meta) && Object.hasOwn(meta, META_VERSION);
}

const batchFault = (reason: string, message: string): Fault => httpFault(400, reason, `Invalid request: ${message}`);
