import type { DenialResponse } from '../../shared/mcp/denial';
import type { MessageSummary } from '../../shared/mcp/message-summary';
import type { MetaKeyProblem } from '../params/check-meta-keys';

/** What the validator decided about a request. */
export type Decision = Pass | Rejection;

/** The request is forwarded to the upstream. */
export interface Pass {
  readonly kind: 'pass';
  /** Summary of the messages in the body; absent for a request without messages. */
  readonly summary?: MessageSummary;
  /** Headers to remove before the upstream sees the request. */
  readonly stripHeaders: readonly string[];
  /** A problem with a key in `_meta` that is to be logged. */
  readonly metaKeyProblem: MetaKeyProblem | undefined;
}

/** The request is answered by the gateway. */
export interface Rejection {
  readonly kind: 'reject';
  readonly response: DenialResponse;
  /** Summary of the messages, if the body could be read. */
  readonly summary?: MessageSummary;
}

/** A pass; without `summary` if it is undefined. */
export const pass = (
  summary: MessageSummary | undefined,
  stripHeaders: readonly string[],
  metaKeyProblem: MetaKeyProblem | undefined,
): Pass =>
  summary ? { kind: 'pass', summary, stripHeaders, metaKeyProblem } : { kind: 'pass', stripHeaders, metaKeyProblem };

/** A rejection before the messages could be read. */
export const rejectUnread = (response: DenialResponse): Rejection => ({ kind: 'reject', response });
