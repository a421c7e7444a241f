import { encodeJson, LuaError, luaToString, type LuaTable, type LuaValue } from '../lua/value';

/** A response of Kong itself. */
export interface OwnResponse {
  readonly status: number;
  readonly headers: LuaTable;
  readonly body: Buffer | undefined;
  readonly contentType?: string;
}

/**
 * The response for the arguments of `kong.response.exit`: a table becomes JSON. Throws {@link LuaError} for an invalid
 * body.
 */
export function ownResponse(status: number, body: LuaValue, headers: LuaTable): OwnResponse {
  const isJson = typeof body === 'object' && body !== null && !(body instanceof Uint8Array);
  return {
    status,
    headers,
    body: isJson ? Buffer.from(encodeJson(body), 'latin1') : bytesOf(body),
    ...(isJson && { contentType: 'application/json; charset=utf-8' }),
  };
}

function bytesOf(body: LuaValue): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (typeof body === 'string') return Buffer.from(body, 'latin1');
  throw new LuaError('body must be a nil, string or table');
}

// nginx escapes characters that would split a header.
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/g;

/** The values of a header as Kong normalises them: an empty value becomes a space. */
export function headerValues(value: LuaValue): string[] {
  const values = Array.isArray(value) ? (value as readonly LuaValue[]) : [value];
  return values.map((one) => {
    const text = luaToString(one);
    return text === '' ? ' ' : text.replace(CONTROL, (char) => encodeURIComponent(char));
  });
}
