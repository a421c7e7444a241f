import type { PdkEffect } from './operations';
import type { Outcome } from './outcome';

const isEmpty = (headers: object): boolean => Object.keys(headers).length === 0;

/** The PDK operations that share values. */
export const shareEffects = (share: Outcome['share'] = {}): PdkEffect[] =>
  Object.entries(share).map(([key, value]) => ({ method: 'kong.ctx.shared.set', key, value }));

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
  for (const name of clearUpstreamHeaders ?? []) effects.push({ method: 'kong.service.request.clear_header', name });
  if (upstreamHeaders && !isEmpty(upstreamHeaders)) {
    effects.push({ method: 'kong.service.request.set_headers', headers: upstreamHeaders });
  }
  if (upstreamBody) effects.push({ method: 'kong.service.request.set_raw_body', body: upstreamBody });
  return effects;
}
