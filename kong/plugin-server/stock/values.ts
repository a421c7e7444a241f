import type { PdkRead, RawBody } from '../../pdk';

/** Turns what npm kong-pdk gives for a read into the plain value that a read's `shape` takes. */
export function fromMsgPack(method: PdkRead, value: unknown): unknown {
  if (method === 'kong.request.get_raw_body') return toRawBody(value);
  return value;
}

function toRawBody(value: unknown): RawBody {
  if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value };
  if (typeof value === 'string') return { kind: 'bytes', bytes: Buffer.from(value) };
  // Kong gives nothing when nginx wrote the body to a file.
  return { kind: 'spilled' };
}
