import { LuaError, luaToString, type LuaValue } from '../lua/value';
import type { Exchange, PhaseName } from '../request/exchange';
import { headerValues } from '../request/own-response';
import { escapePath } from '../routing/uri';
import type { UpstreamRequest } from '../upstream/upstream-request';
import { checkHeader, checkHeaders, checkPhase, checkString, type PdkModule } from './function';

const ANSWERED: readonly PhaseName[] = ['response', 'header_filter', 'body_filter', 'log'];

/** `kong.service` and `kong.service.request` (`pdk/service.lua`, `pdk/service/request.lua`). */
export const service: PdkModule = {
  'kong.service.set_target': (x, host, port) => {
    checkPhase(x, 'rewrite', 'access');
    const name = checkString('host', host);
    if (!Number.isInteger(port)) throw new LuaError('port must be an integer');
    Object.assign(upstreamOf(x), { serviceHost: name, servicePort: port, host: name });
    return undefined;
  },
  'kong.service.request.set_path': (x, path) => {
    checkPhase(x, 'rewrite', 'access');
    const text = checkString('path', path);
    if (!text.startsWith('/')) throw new LuaError('path must start with /');
    upstreamOf(x).path = escapePath(text);
    return undefined;
  },
  'kong.service.request.set_header': (x, name, value) => {
    checkPhase(x, 'rewrite', 'access', 'balancer');
    checkHeader(name, value);
    setHeader(x, name as string, value);
    return undefined;
  },
  'kong.service.request.clear_header': (x, name) => {
    checkPhase(x, 'rewrite', 'access');
    x.headers.remove(checkString('header', name));
    return undefined;
  },
  'kong.service.request.set_headers': (x, headers) => {
    checkPhase(x, 'rewrite', 'access');
    for (const [name, value] of Object.entries(checkHeaders(headers))) setHeader(x, name, value);
    return undefined;
  },
  'kong.service.request.set_raw_body': async (x, body) => {
    checkPhase(x, 'rewrite', 'access');
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(checkString('body', body), 'latin1');
    await x.body.read();
    x.body.replace(bytes);
    x.headers.set('Content-Length', String(bytes.length));
    return undefined;
  },
  'kong.service.response.get_status': (x) => {
    checkPhase(x, ...ANSWERED);
    return x.heldResponse?.status ?? (x.isHeld ? undefined : x.upstreamStatus);
  },
  'kong.service.response.get_raw_body': (x) => {
    checkPhase(x, ...ANSWERED);
    if (!x.isBuffered) throw new LuaError('service body is only available with buffered proxying');
    return x.heldResponse?.body ?? '';
  },
};

function upstreamOf(x: Exchange): UpstreamRequest {
  if (!x.upstream) throw new LuaError('no upstream in this phase');
  return x.upstream;
}

function setHeader(x: Exchange, name: string, value: LuaValue): void {
  if (name.toLowerCase() === 'host' && x.upstream) x.upstream.host = luaToString(value);
  x.headers.replace(name, ...headerValues(value));
}
