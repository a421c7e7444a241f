import type { PdkEffect, ResponseHeaders } from './operations';
import type { Outcome } from './outcome';

const isEmpty = (headers: object): boolean => Object.keys(headers).length === 0;

/** The PDK operations that share values. */
export const shareEffects = (share: Outcome['share'] = {}): PdkEffect[] =>
  Object.entries(share).map(([key, value]) => ({ method: 'kong.ctx.shared.set', key, value }));

/**
 * Removes headers and sets others with one operation, since each one costs Kong two system calls: nginx removes a header
 * whose value is an empty list (`ngx.req.set_header`). Of one that is also set, only the new value counts.
 */
function upstreamHeaderEffects(cleared: readonly string[], set: ResponseHeaders): PdkEffect[] {
  const [first, second] = cleared;
  if (first === undefined && isEmpty(set)) return [];
  if (first !== undefined && second === undefined && isEmpty(set)) {
    return [{ method: 'kong.service.request.clear_header', name: first }];
  }
  const names = new Set(Object.keys(set).map((name) => name.toLowerCase()));
  const headers: Record<string, string | readonly string[]> = {};
  for (const name of cleared) if (!names.has(name.toLowerCase())) headers[name] = NO_VALUES;
  return [{ method: 'kong.service.request.set_headers', headers: Object.assign(headers, set) }];
}

const NO_VALUES: readonly string[] = [];

/** The PDK operations that carry out an outcome, in order; the plugin server adds those of its `hold`. An exit is always last, because nothing runs after it. */
export function effectsOf(outcome: Outcome): PdkEffect[] {
  const effects: PdkEffect[] = [];
  if (outcome.kind === 'proceed' && outcome.authenticate) {
    effects.push({ method: 'kong.client.authenticate', ...outcome.authenticate });
  }
  effects.push(...shareEffects(outcome.share));
  if (outcome.kind === 'reject') {
    const { status, headers, body } = outcome;
    effects.push({ method: 'kong.response.exit', status, headers, body: Buffer.from(body) });
    return effects;
  }
  const { responseHeaders, upstreamHeaders, clearUpstreamHeaders, upstreamBody } = outcome;
  if (responseHeaders && !isEmpty(responseHeaders)) {
    effects.push({ method: 'kong.response.set_headers', headers: responseHeaders });
  }
  effects.push(...upstreamHeaderEffects(clearUpstreamHeaders ?? [], upstreamHeaders ?? {}));
  if (upstreamBody) effects.push({ method: 'kong.service.request.set_raw_body', body: upstreamBody });
  return effects;
}
