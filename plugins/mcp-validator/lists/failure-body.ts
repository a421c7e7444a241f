import { INTERNAL_ERROR } from '../../shared/mcp/json-rpc/errors';
import type { AskedRequest } from './asked-requests';
import { listMethodOf } from './list-methods';

/** A complete response that replaces one that could not be checked. */
export interface Failure {
  /** 200: clients before 2026-07-28 do not read the JSON-RPC error of any other status. */
  readonly status: 200;
  readonly body: string;
}

/**
 * The response to requests whose own response must not be forwarded: one JSON-RPC error for each request, since clients
 * wait for all of them.
 */
export function failureOf(requests: readonly AskedRequest[], batch: boolean): Failure {
  const errors = requests.map(({ id, method }) => ({
    jsonrpc: '2.0',
    id,
    error: { code: INTERNAL_ERROR, message: listMethodOf(method) ? LIST_UNCHECKED : RESPONSE_UNCHECKED },
  }));
  return { status: 200, body: JSON.stringify(batch ? errors : errors[0]) };
}

const LIST_UNCHECKED = 'The list could not be checked';
const RESPONSE_UNCHECKED = 'The response could not be checked';
