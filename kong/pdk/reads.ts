import { Headers } from './headers';
import type { PdkRead } from './operations';

/**
 * A fact that a phase needs: the operation of Kong's PDK that returns it, and the conversion of its value.
 *
 * Reads are declared with the phase and fetched in one batch; a handler never calls Kong itself.
 */
export interface Read<T> {
  readonly method: PdkRead;
  readonly argument?: string | number | boolean;
  /** Converts the transport's plain value to the fact. Never throws, whatever value a client causes. */
  readonly shape: (value: unknown) => T;
}

/** The reads of a phase, by the names of its facts. */
export type Reads = Readonly<Record<string, Read<unknown>>>;

/** The facts that a phase's handler receives, by the names of its reads. */
export type FactsOf<R extends Reads> = { readonly [K in keyof R]: R[K] extends Read<infer T> ? T : never };

/**
 * The body as Kong has it. `spilled`: it cannot be read, because nginx wrote it to a temporary file or because it is longer
 * than a frame of the plugin server.
 */
export type RawBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'spilled' }
  | { readonly kind: 'failed'; readonly message: string };

/** The consumer that Kong authenticated. */
export interface Consumer {
  readonly id: string;
  readonly username: string;
  readonly customId: string;
  readonly tags: readonly string[];
}

/** Kong returns at most this many headers (`kong/pdk/request.lua`); a request with as many may have more. */
export const MAX_HEADERS = 1000;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The facts that a plugin can read. */
export const read = {
  /** The request's method, upper case. */
  method: (): Read<string> => ({ method: 'kong.request.get_method', shape: text }),

  /** The path as the client sent it, normalised by nginx, without the query. */
  path: (): Read<string> => ({ method: 'kong.request.get_path', shape: text }),

  /** Up to {@link MAX_HEADERS} request headers; values keep every byte (latin1). */
  headers: (): Read<Headers> => ({
    method: 'kong.request.get_headers',
    argument: MAX_HEADERS,
    shape: (value) => Headers.from(record(value)),
  }),

  /** The raw request body. */
  rawBody: (): Read<RawBody> => ({
    method: 'kong.request.get_raw_body',
    shape: (value) => (value as RawBody | undefined) ?? { kind: 'failed', message: 'no body' },
  }),

  /** The client's address; behind trusted proxies, the forwarded one. */
  forwardedIp: (): Read<string> => ({ method: 'kong.client.get_forwarded_ip', shape: text }),

  /** The authenticated consumer, if an authentication plugin found one. */
  consumer: (): Read<Consumer | undefined> => ({
    method: 'kong.client.get_consumer',
    shape: (value) => {
      const { id, username, custom_id, tags } = record(value);
      if (typeof id !== 'string' || id === '') return undefined;
      const labels = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
      return { id, username: text(username), customId: text(custom_id), tags: labels };
    },
  }),

  /** The id of the credential that authenticated the request. */
  credentialId: (): Read<string | undefined> => ({
    method: 'kong.client.get_credential',
    shape: (value) => text(record(value)['id']) || undefined,
  }),

  /** The name of the matched service, or its id if it has no name; empty without a service. */
  serviceName: (): Read<string> => ({
    method: 'kong.router.get_service',
    shape: (value) => text(record(value)['name']) || text(record(value)['id']),
  }),

  /** A value of `kong.ctx.shared`; `shape` receives undefined if there is none. */
  shared: <T>(key: string, shape: (value: unknown) => T): Read<T> => ({
    method: 'kong.ctx.shared.get',
    argument: key,
    shape: (value) => shape(value === null ? undefined : value),
  }),

  /** Kong's id of the request, as in `X-Kong-Request-Id` and in its logs. Access phase only. */
  requestId: (): Read<string> => ({ method: 'kong.nginx.get_var', argument: 'kong_request_id', shape: text }),

  /** The path of the upstream's request without the query, escaped as Kong sends it. Access phase only. */
  upstreamPath: (): Read<string> => ({ method: 'kong.nginx.get_var', argument: 'upstream_uri', shape: text }),

  /** Kong's log entry as JSON text. Log phase only. */
  logEntry: (): Read<string> => ({ method: 'kong.log.serialize', shape: text }),
};
