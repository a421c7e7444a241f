import type { Reject } from '../../../kong/pdk';
import { isJsonObject } from '../json/json-object';

/** Why a guard rejected a request: telemetry plugins read it in the log phase. */
export interface Denial {
  /** The name of the plugin that rejected the request. */
  readonly by: string;
  /** A short, fixed word: `duplicate_key`, `rate_limited`. */
  readonly reason: string;
  /** The JSON-RPC error code of the response. */
  readonly code: number;
}

/** The response to a rejected request, and why it is rejected. */
export interface DenialResponse extends Pick<Reject, 'status' | 'headers' | 'body'> {
  readonly reason: string;
  /** The code of the JSON-RPC error. */
  readonly code: number;
}

/** The key of the denial in `kong.ctx.shared`. */
export const DENIAL_KEY = 'mcp_denied';

/** The rejection of a guard: its response, and the denial (with what else is shared) for the plugins of the log phase. */
export function denied(
  by: string,
  { status, headers, body, reason, code }: DenialResponse,
  share?: Reject['share'],
): Omit<Reject, 'kind'> {
  const denial = { by, reason, code } satisfies Denial;
  return { reason, status, headers, body, share: { ...share, [DENIAL_KEY]: denial } };
}

/** Reads a denial that a guard shared; undefined for anything else. */
export function denialFromShared(value: unknown): Denial | undefined {
  if (!isJsonObject(value)) return undefined;
  const { by, reason, code } = value;
  if (typeof by !== 'string' || typeof reason !== 'string' || typeof code !== 'number') return undefined;
  return { by, reason, code };
}
