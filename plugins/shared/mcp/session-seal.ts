/**
 * The seal of a session id: a dot and base64url of 20 bytes, which `kong/lua/seal-session.lua` appends to the ids of a
 * server.
 */
const SEAL_LENGTH = 28;

/** A sealed session id in its parts; undefined if it has no seal. */
export function splitSealed(id: string): { readonly id: string; readonly tag: string } | undefined {
  const dot = id.length - SEAL_LENGTH;
  return dot >= 1 && id[dot] === '.' ? { id: id.slice(0, dot), tag: id.slice(dot + 1) } : undefined;
}
