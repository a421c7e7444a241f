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

/** The largest answer of Kong that is read. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** See {@link readUpstreamHealth}. */
export type ReadUpstreamHealth = typeof readUpstreamHealth;

/**
 * Asks Kong for the health of an upstream; undefined if Kong does not report it, does not answer as expected, or answers with
 * more than 256 KiB. Never rejects.
 *
 * @param kongUrl the base URL of Kong's Status API (without a database) or Admin API
 */
export async function readUpstreamHealth(
  kongUrl: string,
  upstream: string,
  signal: AbortSignal,
): Promise<UpstreamHealth | undefined> {
  const url = `${kongUrl.replace(/\/+$/, '')}/upstreams/${encodeURIComponent(upstream)}/health`;
  try {
    const response = await fetch(url, { redirect: 'error', signal });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) return undefined;
      chunks.push(chunk);
    }
    return response.ok ? upstreamHealthOf(JSON.parse(Buffer.concat(chunks).toString())) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
