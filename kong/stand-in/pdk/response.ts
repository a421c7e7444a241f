import { isTable, LuaError, type LuaTable, type LuaValue } from '../lua/value';
import type { Exchange, PhaseName } from '../request/exchange';
import { headerValues } from '../request/own-response';
import { checkHeader, checkHeaders, checkMax, checkPhase, checkString, type PdkModule } from './function';

const READABLE: readonly PhaseName[] = ['response', 'header_filter', 'body_filter', 'log', 'error'];
const WRITABLE: readonly PhaseName[] = ['rewrite', 'access', 'response', 'balancer', 'header_filter', 'error'];

/** `kong.response` (`pdk/response.lua`). */
export const response: PdkModule = {
  'kong.response.get_status': (x) => {
    checkPhase(x, ...READABLE);
    return x.status;
  },
  'kong.response.get_source': (x) => {
    checkPhase(x, ...READABLE);
    return x.source;
  },
  'kong.response.get_header': (x, name) => {
    checkPhase(x, ...READABLE);
    return x.responseHeaders.get(checkString('header name', name));
  },
  'kong.response.get_headers': (x, max) => {
    checkPhase(x, ...READABLE);
    return x.responseTable(checkMax('max_headers', max));
  },
  'kong.response.set_status': (x, status) => {
    checkWritable(x);
    x.status = checkStatus(status, 100);
    x.reason = undefined;
    return undefined;
  },
  'kong.response.set_header': (x, name, value) => {
    checkWritable(x);
    checkHeader(name, value);
    setHeader(x, name as string, value);
    return undefined;
  },
  'kong.response.clear_header': (x, name) => {
    checkWritable(x);
    x.responseHeaders.remove(checkString('header name', name));
    return undefined;
  },
  'kong.response.set_headers': (x, headers) => {
    checkWritable(x);
    for (const [name, value] of Object.entries(checkHeaders(headers))) setHeader(x, name, value);
    return undefined;
  },
  'kong.response.exit': (x, status, body, headers) => {
    checkWritable(x);
    return x.exit(checkStatus(status, 100), body, givenHeaders(headers));
  },
  'kong.response.error': (x, status, message, headers) => {
    checkWritable(x);
    const text = message === undefined || message === null ? undefined : checkString('message', message);
    return x.error(checkStatus(status, 400), text, givenHeaders(headers));
  },
};

function checkWritable(x: Exchange): void {
  checkPhase(x, ...WRITABLE);
  if (x.headersSent) throw new LuaError('headers have already been sent');
}

function checkStatus(status: LuaValue, min: number): number {
  if (typeof status !== 'number') throw new LuaError('code must be a number');
  if (status < min || status > 599) throw new LuaError(`code must be a number between ${min} and 599`);
  return status;
}

function givenHeaders(headers: LuaValue): LuaTable {
  if (headers === undefined || headers === null) return {};
  if (!isTable(headers) && !(Array.isArray(headers) && headers.length === 0)) {
    throw new LuaError('headers must be a nil or table');
  }
  return checkHeaders(headers);
}

function setHeader(x: Exchange, name: string, value: LuaValue): void {
  if (/^transfer[-_]encoding$/i.test(name)) x.log('warn', 'manually setting Transfer-Encoding. Ignored.');
  else x.responseHeaders.set(name, ...headerValues(value));
}
