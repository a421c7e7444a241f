import type { Headers } from '../../../kong/pdk';

/** Who asked, as Kong knows it, and what its calls carry. */
export interface Caller {
  readonly consumerId: string | undefined;
  readonly consumerName: string | undefined;
  readonly credentialId: string | undefined;
  /** The address of the client. */
  readonly address: string;
  /** Kong's id of the request. */
  readonly requestId: string;
  readonly traceparent: string | undefined;
  /** The session or conversation that the client names. */
  readonly sessionId: string | undefined;
  /** Sent with all calls: the credentials. */
  readonly forwarded: Readonly<Record<string, string>>;
  /** Sent with calls of the model in addition. */
  readonly toLlm: Readonly<Record<string, string>>;
  /** The value of `X-Request-ID`. */
  readonly clientRequestId: string | undefined;
  readonly wantsEvents: boolean;
}

/** The listed headers of a request, by their names in lower case. Repeated ones are joined, as HTTP defines it. */
export function pickHeaders(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const values = headers.all(name.toLowerCase());
    if (values.length > 0) picked[name.toLowerCase()] = values.join(', ');
  }
  return picked;
}
