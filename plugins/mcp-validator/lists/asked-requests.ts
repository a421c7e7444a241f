import type { RequestId } from '../../shared/mcp/json-rpc/message';
import type { MessageSummary } from '../../shared/mcp/message-summary';

/** A request of the client whose response is awaited. */
export interface AskedRequest {
  readonly id: RequestId;
  readonly method: string;
  /** The tool of a call. */
  readonly name?: string;
  /** The call runs as a task: its response is a task, not a result of the tool. */
  readonly task?: true;
  /** The request asks for a further page. */
  readonly hasCursor?: true;
}

/** The requests of a body, without notifications and responses. */
export function askedRequestsOf({ messages }: MessageSummary): readonly AskedRequest[] {
  const asked: AskedRequest[] = [];
  for (const { kind, id, method, name, task } of messages) {
    if (kind !== 'request' || id === undefined || method === undefined) continue;
    asked.push({ id, method, ...(name !== undefined && { name }), ...(task && { task }) });
  }
  return asked;
}

/** Finds the request that a response with this id answers; undefined if no request has the id. */
export type FindRequest = (id: unknown) => AskedRequest | undefined;

/**
 * Finds requests by the ids of responses as clients do. Official SDKs also take the id `"1"` or `1.0` for 1, so such a
 * response is judged like one with the exact id.
 */
export function requestFinder(requests: readonly AskedRequest[]): FindRequest {
  const exact = new Map(requests.map((request) => [request.id, request]));
  const numeric = new Map(requests.map((request) => [Number(request.id), request]));
  return (id) => {
    if (typeof id !== 'string' && typeof id !== 'number') return undefined;
    const number = Number(id);
    return exact.get(id) ?? (Number.isNaN(number) ? undefined : numeric.get(number));
  };
}
