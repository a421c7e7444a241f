import type { Reach } from '../../shared/http/address-guard';
import type { HttpClient } from '../../shared/http/http-client';
import { isJsonObject, type JsonObject } from '../../shared/json/json-object';

/** What is fetched from an authorization server: a value of a metric label. */
export type FetchTarget = 'discovery' | 'jwks' | 'introspection' | 'token';

/** Counts fetches; `result` is `ok`, a status or the reason of a failure. */
export type FetchObserver = (target: FetchTarget, result: string, durationMs: number) => void;

/** The response of an authorization server. */
export interface Fetched {
  readonly status: number;
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

/** Talks to authorization servers. Never throws: a failure is undefined. */
export class Fetcher {
  constructor(
    private readonly http: HttpClient,
    private readonly observe: FetchObserver,
  ) {}

  /** Gets a document. */
  get(target: 'discovery' | 'jwks', url: string, reach: Reach): Promise<Fetched | undefined> {
    return this.send(target, { method: 'GET', url, reach, maxBytes: DOCUMENT_BYTES });
  }

  /** Posts a form to an endpoint. */
  post({ target, url, reach, form, client }: EndpointRequest): Promise<Fetched | undefined> {
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

  close(): void {
    this.http.close();
  }

  private async send(target: FetchTarget, request: Parameters<HttpClient['send']>[0]): Promise<Fetched | undefined> {
    const startedAtMs = performance.now();
    const result = await this.http.send(request);
    const label = result.kind === 'failure' ? result.reason : result.status === 200 ? 'ok' : String(result.status);
    this.observe(target, label, performance.now() - startedAtMs);
    if (result.kind === 'failure') return undefined;
    return { status: result.status, text: result.body, json: jsonOf(result.body) };
  }
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
