import { hash } from 'node:crypto';

/** Who calls, in a form that says nothing about the person. */
export interface Principal {
  /** 22 characters of base64url. */
  readonly id: string;
  /** The same as a UUID of version 8, for Kong's credential. */
  readonly uuid: string;
}

/** The principal of these texts; an absent one differs from an empty one. */
export function principalOf(...parts: readonly (string | undefined)[]): Principal {
  // In one shot: it is part of the time for each new token.
  const text = JSON.stringify(parts.map((part) => part ?? null));
  const bytes = hash('sha256', text, 'buffer').subarray(0, 16);
  const id = bytes.toString('base64url');
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { id, uuid };
}
