import type { ResponseHeaders } from '../../kong/pdk';
import type { Decision, LimitStatus } from './decision';

/** Which headers report the limits. */
export interface HeaderOptions {
  readonly headers: 'kong' | 'ietf' | 'both';
  readonly hide_client_headers: boolean;
}

/** The headers of the response to an admitted or a rejected request; none if no enforced rule applies to it. */
export function limitHeaders(decision: Decision, { headers, hide_client_headers }: HeaderOptions): ResponseHeaders {
  if (hide_client_headers || !decision.tightest) return {};
  if (headers === 'ietf') return ietfHeaders(decision.enforced);
  const ofKong = kongHeaders(decision.tightest);
  return headers === 'kong' ? ofKong : { ...ofKong, ...ietfHeaders(decision.enforced) };
}

/** Seconds for a header, rounded up. */
export const toSeconds = (ms: number): number => Math.ceil(ms / 1000);

/** The names of Kong's rate-limiting (`kong/plugins/rate-limiting/handler.lua`), for the tightest window. */
function kongHeaders({ charge, status }: LimitStatus): ResponseHeaders {
  return {
    'RateLimit-Limit': String(charge.window.quota.limit),
    'RateLimit-Remaining': String(Math.max(0, status.remaining)),
    'RateLimit-Reset': String(toSeconds(status.resetMs)),
  };
}

/** draft-ietf-httpapi-ratelimit-headers-10: every window as a policy, in the syntax of RFC 9651. */
function ietfHeaders(limits: readonly LimitStatus[]): ResponseHeaders {
  const policyItems = new Map<string, string>();
  const limitItems = new Map<string, string>();
  for (const { charge, status } of limits) {
    const { limit, windowMs, burst = 0 } = charge.window.quota;
    const name = policyName(charge);
    policyItems.set(name, `${name};q=${limit + burst};w=${windowMs / 1000}`);
    // A batch may use several counters of one policy; the header has room for the first.
    if (!limitItems.has(name)) {
      limitItems.set(name, `${name};r=${Math.max(0, status.remaining)};t=${toSeconds(status.resetMs)}`);
    }
  }
  return { RateLimit: [...limitItems.values()].join(', '), 'RateLimit-Policy': [...policyItems.values()].join(', ') };
}

/** A string of RFC 9651, section 3.3.3, contains only printable ASCII. */
function policyName({ rule, window }: LimitStatus['charge']): string {
  const windowIndex = rule.windows.indexOf(window);
  const name = windowIndex === 0 ? rule.id : `${rule.id} ${windowIndex + 1}`;
  return `"${name.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
