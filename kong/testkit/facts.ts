import { Headers, type AnswerBody, type FactsOf, type PdkRead, type RawBody, type Read, type Reads } from '../pdk';

/** What a test may give for a fact: the fact itself, or a shorter form of it. */
export type FactInput<T> = [T] extends [Headers]
  ? Headers | Readonly<Record<string, string | readonly string[]>>
  : [T] extends [RawBody | AnswerBody]
    ? BodyInput | T
    : T;

/** A body: its text (sent as UTF-8), its bytes, a value to send as JSON, or what Kong returns instead of a body. */
export type BodyInput = string | Uint8Array | { readonly json: unknown } | RawBody | AnswerBody;

/** The facts of a request by the names of a phase's reads; each one that is absent has a default. */
export type FactsInput<R extends Reads> = string extends keyof R
  ? object // There is no such phase.
  : { readonly [K in keyof FactsOf<R>]?: FactInput<FactsOf<R>[K]> };

/** What Kong returns for a plain GET request of an unknown client to a service, by PDK function. */
const DEFAULTS: Readonly<Record<PdkRead, unknown>> = {
  'kong.client.get_consumer': undefined,
  'kong.client.get_credential': undefined,
  'kong.client.get_forwarded_ip': '192.0.2.1',
  'kong.client.load_consumer': undefined,
  'kong.ctx.shared.get': undefined,
  'kong.log.serialize': '{}',
  'kong.nginx.get_ctx': undefined,
  'kong.nginx.get_var': undefined,
  'kong.request.get_headers': {},
  'kong.request.get_method': 'GET',
  'kong.request.get_path': '/',
  'kong.request.get_raw_body': { kind: 'bytes', bytes: new Uint8Array() } satisfies RawBody,
  'kong.request.get_raw_query': '',
  'kong.response.get_headers': {},
  'kong.response.get_status': 200,
  'kong.router.get_service': { id: 'service-id', name: 'service' },
  'kong.service.response.get_raw_body': new Uint8Array(),
};

/** The variables of nginx that a plugin can read. */
const VARIABLES: Readonly<Record<string, string>> = {
  kong_request_id: '00000000000000000000000000000001',
  upstream_uri: '/',
};

/** The facts of one batch: what the test gave, completed with defaults. A request with a body is a POST. */
export function factsFor(reads: Reads, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const hasBody = Object.entries(reads).some(
    ([name, read]) => methodOf(read) === 'kong.request.get_raw_body' && given[name] !== undefined,
  );
  return Object.fromEntries(
    Object.entries(reads).map(([name, read]) => {
      const value = given[name];
      return [name, value === undefined ? defaultFor(read, hasBody) : complete(read, value)];
    }),
  );
}

const methodOf = (read: Read<unknown>): PdkRead | undefined => ('method' in read ? read.method : undefined);

function defaultFor(read: Read<unknown>, hasBody: boolean): unknown {
  if ('known' in read) return read.known;
  const { method, argument, shape } = read;
  if (method === 'kong.request.get_method' && hasBody) return shape('POST');
  if (method === 'kong.nginx.get_var') return shape(VARIABLES[String(argument)]);
  return shape(DEFAULTS[method]);
}

function complete(read: Read<unknown>, value: unknown): unknown {
  const method = methodOf(read);
  if (method !== undefined && HEADERS.has(method)) {
    return value instanceof Headers ? value : Headers.from(value as never);
  }
  return method !== undefined && BODIES.has(method) ? bodyOf(value as BodyInput) : value;
}

const HEADERS: ReadonlySet<PdkRead> = new Set(['kong.request.get_headers', 'kong.response.get_headers']);
const BODIES: ReadonlySet<PdkRead> = new Set(['kong.request.get_raw_body', 'kong.service.response.get_raw_body']);

function bodyOf(body: BodyInput): RawBody | AnswerBody {
  if (typeof body === 'string') return { kind: 'bytes', bytes: Buffer.from(body) };
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body };
  return 'json' in body ? { kind: 'bytes', bytes: Buffer.from(JSON.stringify(body.json)) } : body;
}
