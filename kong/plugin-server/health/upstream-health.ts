/** What Kong's health checks found: at least one target receives requests, or none does. */
export type UpstreamHealth = 'healthy' | 'unhealthy';

/**
 * The health of an upstream by the answer to `GET /upstreams/{name}/health` (Admin API, and without a database also Status
 * API, `kong/api/routes/upstreams.lua`); undefined if Kong does not check it, or the body has another form.
 */
export function upstreamHealthOf(body: unknown): UpstreamHealth | undefined {
  const data: unknown = isObject(body) ? body['data'] : undefined;
  const states = (Array.isArray(data) ? data : []).map((target: unknown) =>
    isObject(target) ? target['health'] : undefined,
  );
  if (states.includes('HEALTHY')) return 'healthy';
  const isDown = states.some((state) => state === 'UNHEALTHY' || state === 'DNS_ERROR');
  return isDown && !states.includes('HEALTHCHECKS_OFF') ? 'unhealthy' : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
