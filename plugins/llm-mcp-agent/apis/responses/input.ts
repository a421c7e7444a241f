import { isJsonObject, type JsonObject } from '../../../shared/json/json-object';
import { listOf, textOf } from '../../../shared/json/lenient-json';
import type { AnsweredCall, WaitingCall } from '../../run/approvals';

/** The input of a request as plain history, with the answers of the user to requests for approvals. */
export interface ReadInput {
  readonly items: readonly JsonObject[];
  readonly answered: readonly AnsweredCall[];
  /** The servers of the calls in an earlier answer of this gateway. */
  readonly servers: ReadonlySet<string>;
}

/** The longest reason for a rejection, in characters. */
const MAX_REASON = 500;

/**
 * Reads the input. Calls of an earlier answer of this gateway become calls of functions with their outputs; so do the calls
 * that the user answers now, with an output that follows.
 */
export function readInput(
  { input, previous_response_id: previous, conversation }: JsonObject,
  readApproval: (id: string) => WaitingCall | undefined,
): ReadInput | { readonly problem: string } {
  if (typeof input === 'string') return { items: [{ role: 'user', content: input }], answered: [], servers: new Set() };
  const all = listOf(input).filter(isJsonObject);
  const calls = all.filter(({ type }) => type === 'mcp_call');
  // A client that sends its whole history repeats answers: the calls were made then.
  const done = new Set(calls.map(({ approval_request_id: id }) => id));
  const answered: AnsweredCall[] = [];
  const isKept = Boolean(previous) || Boolean(conversation);
  const items: JsonObject[] = [];
  for (const item of all) {
    const { type, approval_request_id: id } = item;
    if (type === 'mcp_call') items.push(...plainCall(item));
    else if (type === 'mcp_approval_response') {
      if (done.has(id)) continue;
      const call = typeof id === 'string' ? readApproval(id) : undefined;
      if (typeof id !== 'string' || !call || answered.some(({ requestId }) => requestId === id))
        return { problem: UNUSABLE };
      answered.push({ ...call, requestId: id, isApproved: item['approve'] === true, ...reasonIn(item) });
      // If the provider keeps the history, it has the call already.
      if (!isKept) items.push({ type: 'function_call', call_id: call.callId, name: call.name, arguments: call.args });
      items.push({ type: OUTPUT, call_id: call.callId, output: '' });
    } else if (type !== 'mcp_approval_request') items.push(item);
  }
  return { items, answered, servers: new Set(calls.flatMap(({ server_label: label }) => textOf(label) ?? [])) };
}

const UNUSABLE =
  'mcp_approval_response: the request for this approval is unknown, was changed, has expired, was used, or belongs to another caller';

/** The type of an item with the output of a function. */
export const OUTPUT = 'function_call_output';

const reasonIn = ({ reason }: JsonObject): { readonly reason?: string } => {
  const text = textOf(reason)?.slice(0, MAX_REASON);
  return text === undefined ? {} : { reason: text };
};

function plainCall({ id, name, arguments: args, output, error }: JsonObject): JsonObject[] {
  const text = textOf(output) ?? (error === null || error === undefined ? '' : JSON.stringify(error));
  return [
    { type: 'function_call', call_id: id, name, arguments: args },
    { type: OUTPUT, call_id: id, output: text },
  ];
}
