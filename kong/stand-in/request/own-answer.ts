import { encodeJson, LuaError, luaToString, type LuaTable, type LuaValue } from '../lua/value';

/** An answer of Kong's own. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers: LuaTable;
  readonly body: Buffer | undefined;
  readonly contentType?: string;
}

/** The answer that `kong.response.exit` is told of: a table becomes JSON. Throws {@link LuaError} for another body. */
export function ownAnswer(status: number, body: LuaValue, headers: LuaTable): OwnAnswer {
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

// nginx escapes what would split a header, and leaves every other byte.
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/g;

/** A header's values as Kong normalises them: an empty one becomes a space. */
export function headerValues(value: LuaValue): string[] {
  const values = Array.isArray(value) ? (value as readonly LuaValue[]) : [value];
  return values.map((one) => {
    const text = luaToString(one);
    return text === '' ? ' ' : text.replace(CONTROL, (char) => encodeURIComponent(char));
  });
}
