import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { LuaFunction } from '../lua/machine';
import { LuaError, luaToString, Several, type LuaValue } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { headerValues } from '../request/own-answer';
import { checkString } from './function';
import { nginxExit } from './node';
import { escapeUri, unescapeArgument } from './query';
import { variable } from './variables';

const latin1 = (value: LuaValue): Buffer => Buffer.from(luaToString(value), 'latin1');

/** The functions of `ngx` that snippets may call. */
export const nginx: Readonly<Record<string, LuaFunction<Exchange>>> = {
  'ngx.now': (x) => x.now() / 1000,
  'ngx.time': (x) => Math.floor(x.now() / 1000),
  'ngx.encode_base64': (_x, [text]) => latin1(text).toString('base64'),
  'ngx.decode_base64': (_x, [text]) => decodeBase64(checkString('argument', text)),
  'ngx.escape_uri': (_x, [text]) => escapeUri(luaToString(text)),
  'ngx.unescape_uri': (_x, [text]) => unescapeArgument(luaToString(text)),
  'ngx.md5': (_x, [text]) => createHash('md5').update(latin1(text)).digest('hex'),
  'ngx.sleep': async (_x, [seconds]) => {
    await wait(Number(seconds) * 1000);
    return undefined;
  },
  'ngx.exit': (x, [status]) => nginxExit(x, status),
  'ngx.get_phase': (x) => x.phase,
  'ngx.status': (x) => x.status,
  'ngx.set_status': (x, [status]) => {
    if (typeof status !== 'number') throw new LuaError('bad status');
    x.status = status;
    return undefined;
  },
  'ngx.var': (x, [name]) => variable(x, luaToString(name)),
  'ngx.header.get': (x, [name]) => x.responseHeaders.get(luaToString(name).replaceAll('_', '-')),
  'ngx.header.set': (x, [name, value]) => {
    const values = value === undefined ? [] : headerValues(value);
    x.responseHeaders.set(luaToString(name).replaceAll('_', '-'), ...values);
    return undefined;
  },
  'ngx.req.get_method': (x) => x.upstream?.method ?? x.method,
  'ngx.req.get_headers': (x, [max]) =>
    x.headers.toTable(typeof max === 'number' && max > 0 ? max : max === 0 ? Infinity : 100),
  'ngx.req.read_body': async (x) => {
    await x.body.read();
    return undefined;
  },
  'ngx.req.get_body_data': (x) => x.body.bytes,
  'ngx.req.start_time': (x) => x.moments.start / 1000,
  'ngx.resp.get_headers': (x, [max]) => x.responseTable(typeof max === 'number' && max > 0 ? max : 100),
  'ngx.re.match': (_x, [subject, pattern, options]) => {
    const found = regex(pattern, options).exec(luaToString(subject));
    if (!found) return undefined;
    return Object.fromEntries([
      ...found.map((text, index) => [index, text]),
      ...Object.entries(found.groups ?? {}),
    ]) as LuaValue;
  },
  'ngx.re.find': (_x, [subject, pattern, options]) => {
    const found = regex(pattern, options).exec(luaToString(subject));
    return found ? new Several([found.index + 1, found.index + found[0].length]) : undefined;
  },
  'ngx.re.gsub': (_x, [subject, pattern, replacement, options]) => {
    const matcher = new RegExp(regex(pattern, options), `${regex(pattern, options).flags}g`);
    let count = 0;
    const text = luaToString(subject).replace(matcher, (...parts: unknown[]) => {
      count++;
      return luaToString(replacement).replace(/\$(?:(\d)|\{(\d+)\}|\$)/g, (whole, short?: string, long?: string) =>
        whole === '$$' ? '$' : ((parts[Number(short ?? long)] as string | undefined) ?? ''),
      );
    });
    return new Several([text, count]);
  },
};

/** nginx's options: `i`, `s`, `m` as in PCRE; `j` and `o` are about speed; `a` anchors. */
function regex(pattern: LuaValue, options: LuaValue): RegExp {
  const flags = typeof options === 'string' ? options : '';
  const source = luaToString(pattern).replaceAll('(?P<', '(?<');
  try {
    return new RegExp(
      flags.includes('a') ? `^(?:${source})` : source,
      ['i', 's', 'm'].filter((flag) => flags.includes(flag)).join(''),
    );
  } catch (error) {
    throw new LuaError(`bad regular expression: ${error instanceof Error ? error.message : ''}`);
  }
}

/** nil for what is not base64, as nginx. */
function decodeBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1
    ? Buffer.from(text, 'base64')
    : undefined;
}
