import { open } from 'node:fs/promises';
import { Failure, toBytes, type LuaValue, type PdkResult } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { normalizePath, pathOf } from '../routing/uri';
import { checkMax, checkPhase, checkString, type PdkModule } from './function';
import { parseQuery } from './query';

/** `kong.request` (`pdk/request.lua`). */
export const request: PdkModule = {
  'kong.request.get_scheme': () => 'http',
  'kong.request.get_host': (x) => x.host,
  'kong.request.get_port': (x) => x.port,
  'kong.request.get_forwarded_scheme': (x) => trusted(x, 'x-forwarded-proto')?.toLowerCase() ?? 'http',
  'kong.request.get_forwarded_host': (x) =>
    trusted(x, 'x-forwarded-host')
      ?.replace(/^[^@]*@/, '')
      .replace(/:.*$/, '')
      .toLowerCase() ?? x.host,
  'kong.request.get_forwarded_port': (x) => {
    const port = Number(trusted(x, 'x-forwarded-port'));
    return port >= 1 && port <= 65_535 ? port : x.port;
  },
  'kong.request.get_forwarded_path': (x) => trusted(x, 'x-forwarded-path') ?? normalizePath(pathOf(x.target)),
  'kong.request.get_forwarded_prefix': (x) => x.forwardedPrefix,
  'kong.request.get_http_version': (x) => Number(x.request.httpVersion),
  'kong.request.get_method': (x) => x.upstream?.method ?? x.method,
  'kong.request.get_path': (x) => normalizePath(pathOf(x.target)),
  'kong.request.get_raw_path': (x) => pathOf(x.target),
  'kong.request.get_path_with_query': (x) => x.target,
  'kong.request.get_raw_query': (x) => x.query ?? '',
  'kong.request.get_query': (x, max) => parseQuery(x.query, checkMax('max_args', max)),
  'kong.request.get_query_arg': (x, name) => {
    const key = checkString('query argument name', name);
    const args = parseQuery(x.query);
    return first(Object.hasOwn(args, key) ? args[key] : undefined);
  },
  'kong.request.get_header': (x, name) => x.headers.get(checkString('header name', name)),
  'kong.request.get_headers': (x, max) => x.headers.toTable(checkMax('max_headers', max)),
  'kong.request.get_raw_body': (x, max) => {
    checkPhase(x, 'rewrite', 'access', 'error');
    return rawBody(x, max);
  },
  'kong.request.get_body': async (x, mimetype) => {
    checkPhase(x, 'rewrite', 'access', 'error');
    const type = typeof mimetype === 'string' ? mimetype : x.headers.get('content-type');
    if (type === undefined) return new Failure('missing content type');
    const body = await rawBody(x, undefined);
    if (!(body instanceof Buffer) && typeof body !== 'string') return body;
    return decodeBody(Buffer.from(body as string, 'latin1'), type);
  },
  'kong.request.get_start_time': (x) => x.moments.start,
  'kong.request.get_uri_captures': (x) => {
    const captures = x.match?.captures;
    return { unnamed: captures ? captures.slice(1) : [], named: { ...captures?.groups } };
  },
};

const first = (value: LuaValue): LuaValue => (Array.isArray(value) ? (value as LuaValue[])[0] : value);

function trusted(x: Exchange, header: string): string | undefined {
  return x.runtime.settings.trustedIps.includes(x.clientIp) ? x.headers.get(header) : undefined;
}

/** The body's bytes; `nil, message` for one that spilled to a file larger than `max` (0: any size). */
async function rawBody(x: Exchange, max: LuaValue): Promise<PdkResult> {
  const body = await x.body.read();
  if (body.kind === 'bytes') return body.bytes;
  if (body.kind === 'too large') {
    // nginx refuses it while it reads, whatever the plugin would have done.
    return x.fail(413);
  }
  if (typeof max !== 'number' || max < 0) {
    return new Failure("request body did not fit into client body buffer, consider raising 'client_body_buffer_size'");
  }
  if (max > 0 && body.size > max) return new Failure(`request body file too big: ${body.size} > ${max}`);
  await using file = await open(body.path);
  return await file.readFile();
}

function decodeBody(bytes: Buffer, type: string): PdkResult {
  const kind = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (kind === 'application/x-www-form-urlencoded') return parseQuery(bytes.toString('latin1'));
  if (kind !== 'application/json') return new Failure(`unsupported content type '${type}'`);
  try {
    const value = JSON.parse(bytes.toString('utf8'), (_key, member: unknown) =>
      typeof member === 'string' ? toBytes(member) : member,
    ) as LuaValue;
    return typeof value === 'object' && value !== null ? value : new Failure('invalid json body');
  } catch {
    return new Failure('invalid json body');
  }
}
