import type { Reach } from '../../shared/http/address-guard';
import type { HttpClient } from '../../shared/http/http-client';
import { isJsonObject, type JsonObject } from '../../shared/json/json-object';

/** What is fetched from an authorization server: a value of a metric label. */
export type FetchTarget = 'discovery' | 'jwks' | 'introspection' | 'token';

/** Counts fetches; `result` is that of {@link Fetched}. */
export type FetchObserver = (target: FetchTarget, result: string, durationMs: number) => void;

/** What a request to an authorization server led to. */
export interface Fetched {
  /** `ok`, `redirect`, another status, or why there is no response: a value of a metric label and of log lines. */
  readonly result: string;
  /** Undefined without a response. */
  readonly status: number | undefined;
  readonly text: string;
  /** The text as a JSON object; undefined if it is not one. */
  readonly json: JsonObject | undefined;
}

/** A form that is posted to an endpoint of an authorization server, with the credentials of this client. */
export interface EndpointRequest {
  readonly target: 'introspection' | 'token';
  readonly url: string;
  readonly reach: Reach;
  readonly form: Readonly<Record<string, string | readonly string[]>>;
  readonly client: ClientCredentials;
}

/** How the gateway authenticates at an endpoint. */
export interface ClientCredentials {
  readonly client_id: string;
  readonly client_secret: string;
  readonly auth_method: 'basic' | 'post';
}

const DOCUMENT_BYTES = 256 * 1024;
const RESPONSE_BYTES = 64 * 1024;

/** Talks to the servers of one issuer. Never throws. */
export class Fetcher {
  constructor(
    private readonly http: HttpClient,
    private readonly observe: FetchObserver,
  ) {}

  /** Gets a document. */
  get(target: 'discovery' | 'jwks', url: string, reach: Reach): Promise<Fetched> {
    return this.send(target, { method: 'GET', url, reach, maxBytes: DOCUMENT_BYTES });
  }

  /** Posts a form to an endpoint. */
  post({ target, url, reach, form, client }: EndpointRequest): Promise<Fetched> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(form)) {
      for (const one of typeof value === 'string' ? [value] : value) body.append(name, one);
    }
    const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' };
    if (client.auth_method === 'basic') headers['Authorization'] = basicOf(client);
    else {
      body.append('client_id', client.client_id);
      body.append('client_secret', client.client_secret);
    }
    return this.send(target, { method: 'POST', url, reach, maxBytes: RESPONSE_BYTES, headers, body: body.toString() });
  }

  private async send(target: FetchTarget, request: Parameters<HttpClient['send']>[0]): Promise<Fetched> {
    const startedAtMs = performance.now();
    const answer = await this.http.send(request);
    const result = answer.kind === 'failure' ? answer.reason : resultOf(answer.status);
    this.observe(target, result, performance.now() - startedAtMs);
    if (answer.kind === 'failure') return { result, status: undefined, text: '', json: undefined };
    return { result, status: answer.status, text: answer.body, json: jsonOf(answer.body) };
  }
}

/** Redirects are not followed: they could lead anywhere. */
function resultOf(status: number): string {
  if (status === 200) return 'ok';
  return status >= 300 && status < 400 ? 'redirect' : String(status);
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
function basicOf({ client_id, client_secret }: ClientCredentials): string {
  const encoded = [client_id, client_secret].map((text) => new URLSearchParams({ v: text }).toString().slice(2));
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}

function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
