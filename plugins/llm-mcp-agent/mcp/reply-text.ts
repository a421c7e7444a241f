import { errorText, textOfResult, type ToolText } from '../tools/result-text';
import type { McpReply } from './mcp-connection';

/** The outcome of a call, for metrics and the audit. */
export type CallOutcome =
  | 'ok'
  | 'tool_error'
  | 'rpc_error'
  | 'rate_limited'
  | 'not_allowed'
  | 'not_found'
  | 'unavailable'
  | 'timeout'
  | 'input_required';

/** What the model reads of the answer to a call. */
export interface CallText extends ToolText {
  readonly outcome: CallOutcome;
}

/** A failed call is a result for the model, not the end of the run. Nothing of a page, a header or an address reaches it. */
export function textOfReply(
  reply: McpReply,
  options: { readonly maxBytes: number; readonly takesImages: boolean },
): CallText {
  switch (reply.kind) {
    case 'result': {
      const { result } = reply;
      if (result['resultType'] === 'input_required') {
        return failed('input_required', 'The tool asks the user for input, which is not possible here.');
      }
      const text = textOfResult(result, options);
      return { ...text, outcome: text.isError ? 'tool_error' : 'ok' };
    }
    case 'error':
      return ofError(reply);
    case 'status':
      return ofStatus(reply.status, reply.retryAfter);
    case 'timeout':
      return failed('timeout', 'The tool did not answer in time.');
    case 'broken':
    case 'unreadable':
      return failed('unavailable', NOT_AVAILABLE);
  }
}

const NOT_AVAILABLE = 'The tool is not available.';

const failed = (outcome: CallOutcome, text: string): CallText => ({ outcome, text, images: [], isError: true });

function ofError({ status, message }: Extract<McpReply, { kind: 'error' }>): CallText {
  if (status === 401 || status === 403) return ofStatus(status, undefined);
  if (status >= 500) return failed('unavailable', NOT_AVAILABLE);
  return failed('rpc_error', errorText(message) || NOT_AVAILABLE);
}

function ofStatus(status: number, retryAfter: string | undefined): CallText {
  if (status === 429) {
    const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? ` Try again in ${retryAfter ?? ''} seconds.` : '';
    return failed('rate_limited', `The limit of calls is reached.${seconds}`);
  }
  if (status === 401 || status === 403) return failed('not_allowed', 'The caller is not allowed to use this tool.');
  if (status === 404) return failed('not_found', NOT_AVAILABLE);
  return failed('unavailable', NOT_AVAILABLE);
}
