import type { ResponseHeaders } from '../../kong/pdk';
import type { Standing, Verdict } from './decision';

/** Which headers tell a client where it stands. */
export interface HeaderOptions {
  readonly headers: 'kong' | 'ietf' | 'both';
  readonly hide_client_headers: boolean;
}

/** The headers that every answer carries, admitted or refused; none where no rule was for the request. */
export function limitHeaders(verdict: Verdict, { headers, hide_client_headers }: HeaderOptions): ResponseHeaders {
  if (hide_client_headers || !verdict.tightest) return {};
  return {
    ...(headers !== 'ietf' && kongHeaders(verdict.tightest)),
    ...(headers !== 'kong' && ietfHeaders(verdict.standings)),
  };
}

/** Seconds for a header: never sooner than true. */
export const toSeconds = (ms: number): number => Math.ceil(ms / 1000);

/** As Kong's rate-limiting names them (`kong/plugins/rate-limiting/handler.lua`): the tightest window alone. */
function kongHeaders({ charge, reading }: Standing): ResponseHeaders {
  return {
    'RateLimit-Limit': String(charge.window.quota.limit),
    'RateLimit-Remaining': String(Math.max(0, reading.remaining)),
    'RateLimit-Reset': String(toSeconds(reading.resetMs)),
  };
}

/** draft-ietf-httpapi-ratelimit-headers-10: every window as a policy, in the syntax of RFC 9651. */
function ietfHeaders(standings: readonly Standing[]): ResponseHeaders {
  const policies = new Map<string, string>();
  const limits = new Map<string, string>();
  for (const { charge, reading } of standings) {
    const { limit, windowMs, burst = 0 } = charge.window.quota;
    const name = policyName(charge);
    policies.set(name, `${name};q=${limit + burst};w=${windowMs / 1000}`);
    // A batch may meet several counters of a policy: the later one tells no more than the first.
    if (!limits.has(name)) {
      limits.set(name, `${name};r=${Math.max(0, reading.remaining)};t=${toSeconds(reading.resetMs)}`);
    }
  }
  return { RateLimit: [...limits.values()].join(', '), 'RateLimit-Policy': [...policies.values()].join(', ') };
}

/** A string of RFC 9651, section 3.3.3, holds printable ASCII alone. */
function policyName({ rule, window }: Standing['charge']): string {
  const place = rule.windows.indexOf(window);
  const name = place === 0 ? rule.id : `${rule.id} ${place + 1}`;
  return `"${name.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
