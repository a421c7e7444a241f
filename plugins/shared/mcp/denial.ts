/** Why one of our guards refused a request: for the telemetry, which sees the request in its log phase. */
export interface Denial {
  /** The plugin that refused. */
  readonly by: string;
  /** A short, fixed word: `duplicate_key`, `rate_limited`. */
  readonly reason: string;
  /** The JSON-RPC error code of the answer. */
  readonly code: number;
}

/** The key of the denial in `kong.ctx.shared`. */
export const DENIAL_KEY = 'mcp_denied';

/** Reads a denial that a guard shared; undefined for anything else. */
export function denialFromShared(value: unknown): Denial | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { by, reason, code } = value as Readonly<Record<string, unknown>>;
  if (typeof by !== 'string' || typeof reason !== 'string' || typeof code !== 'number') return undefined;
  return { by, reason, code };
}
