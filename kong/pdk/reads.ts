import { Headers } from './headers';
import type { Consumer, PdkRead } from './operations';

/**
 * A fact that a phase needs. Reads are declared with the phase and fetched in one batch; a handler never calls Kong itself.
 */
export type Read<T> = KongRead<T> | KnownFact<T>;

/** A fact that an operation of Kong's PDK returns, with the conversion of its value. */
export interface KongRead<T> {
  readonly method: PdkRead;
  readonly argument?: string | number | boolean;
  /** Converts the transport's plain value to the fact. Never throws, whatever value a client causes. */
  readonly shape: (value: unknown) => T;
  /** Of the body of a held answer: a longer one is not read. */
  readonly maxBytes?: number;
  /** True for a fact that is the same for all requests to one service. */
  readonly isOfService?: true;
}

/** A fact that is known without Kong. */
export interface KnownFact<T> {
  readonly known: T;
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

/** The body of a held answer. `too_long`: it has more bytes than the plugin reads, or than a frame of the plugin server. */
export type AnswerBody =
  { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'too_long'; readonly maxBytes: number };

/** Kong's log entry (`kong/pdk/log.lua`, `kong.log.serialize`). Clients and servers choose parts of it, so any member may be missing or of any type. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** Kong returns at most this many headers (`kong/pdk/request.lua`); a request with as many may have more. */
export const MAX_HEADERS = 1000;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

// Constant functions: parts of a composed plugin that read the same fact then share its value.
const shapeHeaders = (value: unknown): Headers => Headers.from(record(value));
const shapeBody = (value: unknown): RawBody => (value as RawBody | undefined) ?? { kind: 'failed', message: 'no body' };
const shapeStatus = (value: unknown): number => (typeof value === 'number' ? value : 0);
const shapeCredentialId = (value: unknown): string | undefined => text(record(value)['id']) || undefined;
const shapeServiceName = (value: unknown): string => text(record(value)['name']) || text(record(value)['id']);

/** Kong returns JSON text; the log intake has parsed it with the rest of a batch. */
function shapeLogEntry(value: unknown): LogRecord | undefined {
  const entry = typeof value === 'string' ? parsed(value) : value;
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? (entry as LogRecord) : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function shapeConsumer(value: unknown): Consumer | undefined {
  const { id, username, custom_id, tags, created_at } = record(value);
  if (typeof id !== 'string' || id === '') return undefined;
  const labels = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
  return {
    id,
    username: text(username),
    customId: text(custom_id),
    tags: labels,
    ...(typeof created_at === 'number' && created_at > 0 && { createdAt: created_at }),
  };
}

/** An absent value stands for a body of which not all is here. */
const shapeAnswerBody =
  (maxBytes: number) =>
  (value: unknown): AnswerBody =>
    value instanceof Uint8Array && value.length <= maxBytes
      ? { kind: 'bytes', bytes: value }
      : { kind: 'too_long', maxBytes };

/** The facts of a held answer; in the response phase only. Where an earlier plugin replaced it, what the client would get. */
const answer = {
  /** The HTTP status. */
  status: (): KongRead<number> => ({ method: 'kong.response.get_status', shape: shapeStatus }),

  /** Up to {@link MAX_HEADERS} headers; values keep every byte (latin1). */
  headers: (): KongRead<Headers> => ({
    method: 'kong.response.get_headers',
    argument: MAX_HEADERS,
    shape: shapeHeaders,
  }),

  /** The body as the upstream encoded it; one of more than `maxBytes` is a fact too. */
  body: (maxBytes: number): KongRead<AnswerBody> => ({
    method: 'kong.service.response.get_raw_body',
    maxBytes,
    shape: shapeAnswerBody(maxBytes),
  }),
};

/** The facts that a plugin can read. */
export const read = {
  /** A fact that needs no call to Kong: for a read that a configuration does not need. */
  known: <T>(known: T): KnownFact<T> => ({ known }),

  /** The request's method, upper case. */
  method: (): KongRead<string> => ({ method: 'kong.request.get_method', shape: text }),

  /** The path as the client sent it, normalised by nginx, without the query. */
  path: (): KongRead<string> => ({ method: 'kong.request.get_path', shape: text }),

  /** The query as the client sent it, without the question mark; empty if there is none. */
  rawQuery: (): KongRead<string> => ({ method: 'kong.request.get_raw_query', shape: text }),

  /** Up to {@link MAX_HEADERS} request headers; values keep every byte (latin1). */
  headers: (): KongRead<Headers> => ({
    method: 'kong.request.get_headers',
    argument: MAX_HEADERS,
    shape: shapeHeaders,
  }),

  /** The raw request body. */
  rawBody: (): KongRead<RawBody> => ({ method: 'kong.request.get_raw_body', shape: shapeBody }),

  /** The client's address; behind trusted proxies, the forwarded one. */
  forwardedIp: (): KongRead<string> => ({ method: 'kong.client.get_forwarded_ip', shape: text }),

  /** The authenticated consumer, if an authentication plugin found one. */
  consumer: (): KongRead<Consumer | undefined> => ({ method: 'kong.client.get_consumer', shape: shapeConsumer }),

  /**
   * The consumer with this name, authenticated or not. Kong looks a name that is a UUID up by id first: compare the username
   * of the result. Without a name Kong fails.
   */
  consumerByName: (name: string): KongRead<Consumer | undefined> => ({
    method: 'kong.client.load_consumer',
    argument: name,
    shape: shapeConsumer,
  }),

  /** The id of the credential that authenticated the request. */
  credentialId: (): KongRead<string | undefined> => ({
    method: 'kong.client.get_credential',
    shape: shapeCredentialId,
  }),

  /** The name of the matched service, or its id if it has no name; empty without a service. */
  serviceName: (): KongRead<string> => ({
    method: 'kong.router.get_service',
    shape: shapeServiceName,
    isOfService: true,
  }),

  /** A value of `kong.ctx.shared`; `shape` receives undefined if there is none. */
  shared: <T>(key: string, shape: (value: unknown) => T): KongRead<T> => ({
    method: 'kong.ctx.shared.get',
    argument: key,
    shape: (value) => shape(value === null ? undefined : value),
  }),

  /** Kong's id of the request, as in `X-Kong-Request-Id` and in its logs. Access phase only. */
  requestId: (): KongRead<string> => ({ method: 'kong.nginx.get_var', argument: 'kong_request_id', shape: text }),

  /** The path of the upstream's request without the query, escaped as Kong sends it. Access phase only. */
  upstreamPath: (): KongRead<string> => ({ method: 'kong.nginx.get_var', argument: 'upstream_uri', shape: text }),

  answer,

  /** Kong's log entry, parsed once for all parts of an event; undefined if it is not a JSON object. Log phase only. */
  logEntry: (): KongRead<LogRecord | undefined> => ({ method: 'kong.log.serialize', shape: shapeLogEntry }),
};
