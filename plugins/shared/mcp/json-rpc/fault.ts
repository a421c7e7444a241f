/** What is wrong with a request. The form of the response depends on the message and its revision. */
export interface Fault {
  /** A short, fixed word for logs, metrics and telemetry. */
  readonly reason: string;
  /** The code of the JSON-RPC error. */
  readonly code: number;
  /** What to fix; contains no value of the client. */
  readonly message: string;
  readonly data?: unknown;
  /** The HTTP status, if it is the same for every revision. */
  readonly status?: number;
  /** Headers of the response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Respond with a tool result that contains the message, not with a JSON-RPC error. */
  readonly asToolResult?: true;
}
