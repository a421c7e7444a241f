import type { PdkRead, RawBody } from '../../pdk';

/** Converts the result of npm kong-pdk for a read to the plain value that the read's `shape` expects. */
export function fromMsgPack(method: PdkRead, value: unknown): unknown {
  if (method === 'kong.request.get_raw_body') return toRawBody(value);
  return value;
}

function toRawBody(value: unknown): RawBody {
  if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value };
  if (typeof value === 'string') return { kind: 'bytes', bytes: Buffer.from(value) };
  // Kong returns nothing when nginx wrote the body to a file.
  return { kind: 'spilled' };
}
