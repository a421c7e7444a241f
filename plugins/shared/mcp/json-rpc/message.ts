import type { JsonObject } from '../../json/json-object';

/** A request id that every JSON reader keeps unchanged: a string, or an integer without fraction or exponent. */
export type RequestId = string | number;

/** One JSON-RPC 2.0 message of a client, in the narrower form that MCP allows. */
export type ParsedMessage = ParsedCall | ParsedResponse;

/** A message that calls a method. */
export type ParsedCall = ParsedRequest | ParsedNotification;

/** A call that expects a response. */
export interface ParsedRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: JsonObject;
}

/** A call without response. */
export interface ParsedNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params?: JsonObject;
}

/** The client's response to a request of the server. */
interface ParsedResponse {
  readonly kind: 'response';
  /** Absent in an error that belongs to no known request; revisions before 2025-11-25 require it. */
  readonly id?: RequestId;
}
