import { isJsonObject, memberOf } from '../../shared/json/json-object';
import { type ParsedMessage } from '../../shared/mcp/json-rpc/message';
import type { Revision } from '../../shared/mcp/revisions';
import { httpFault, type Fault } from '../protocol/fault';
import { META_VERSION } from '../protocol/meta-keys';
import type { Rules } from '../rules';
import { eraOfHeader } from './resolve-revision';

const WITH_BATCHES: readonly Revision[] = ['2024-11-05', '2025-03-26'];

/**
 * The revision of a batch, or why it may not be one: batches were removed by 2025-06-18, never hold `initialize`
 * (2025-03-26, basic/lifecycle), and hold either calls or answers (JSON-RPC 2.0, section 6).
 */
export function resolveBatchEra(
  messages: readonly ParsedMessage[],
  header: string | undefined,
  rules: Rules,
): Revision | Fault {
  const revision = rules.isModernVersion(header) ? undefined : eraOfHeader(header, rules);
  if (typeof revision === 'object') return revision;
  const isAllowed =
    revision !== undefined &&
    (rules.batches === 'legacy' || (rules.batches === 'by_revision' && WITH_BATCHES.includes(revision)));
  if (!isAllowed) return refuse('batch_not_allowed', 'a batch is not allowed in this revision of MCP');
  if (messages.some(claimsVersion)) return refuse('batch_not_allowed', 'a batch must not hold stateless requests');
  if (messages.some((message) => message.kind === 'request' && message.method === 'initialize')) {
    return refuse('initialize_in_batch', 'initialize must not be part of a batch');
  }
  const responses = messages.filter((message) => message.kind === 'response').length;
  return responses === 0 || responses === messages.length
    ? revision
    : refuse('mixed_batch', 'a batch must not hold both calls and responses');
}

function claimsVersion(message: ParsedMessage): boolean {
  if (message.kind === 'response') return false;
  const meta = memberOf(message.params ?? {}, '_meta');
  return isJsonObject(meta) && Object.hasOwn(meta, META_VERSION);
}

const refuse = (reason: string, message: string): Fault => httpFault(400, reason, `Invalid request: ${message}`);
