import { open } from 'node:fs/promises';
import { Failure, type LuaValue, type PdkResult } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { normalizePath, pathOf } from '../routing/uri';
import { checkMax, checkPhase, checkString, type PdkModule } from './function';
import { parseQuery } from './query';

/** `kong.request` (`pdk/request.lua`). */
export const request: PdkModule = {
  'kong.request.get_host': (x) => x.host,
  'kong.request.get_method': (x) => x.upstream?.method ?? x.method,
  'kong.request.get_path': (x) => normalizePath(pathOf(x.target)),
  'kong.request.get_path_with_query': (x) => x.target,
  'kong.request.get_raw_query': (x) => x.query ?? '',
  'kong.request.get_query': (x, max) => parseQuery(x.query, checkMax('max_args', max)),
  'kong.request.get_header': (x, name) => x.headers.get(checkString('header name', name)),
  'kong.request.get_headers': (x, max) => x.headers.toTable(checkMax('max_headers', max)),
  'kong.request.get_raw_body': (x, max) => {
    checkPhase(x, 'rewrite', 'access', 'error');
    return rawBody(x, max);
  },
};

/** The bytes of the body; `nil, message` when it is in a file that is larger than `max` (0: any size). */
async function rawBody(x: Exchange, max: LuaValue): Promise<PdkResult> {
  const body = await x.body.read();
  if (body.kind === 'bytes') return body.bytes;
  if (body.kind === 'too large') {
    // nginx rejects the request while it reads the body.
    return x.fail(413);
  }
  if (typeof max !== 'number' || max < 0) {
    return new Failure("request body did not fit into client body buffer, consider raising 'client_body_buffer_size'");
  }
  if (max > 0 && body.size > max) return new Failure(`request body file too big: ${body.size} > ${max}`);
  await using file = await open(body.path);
  return await file.readFile();
}
