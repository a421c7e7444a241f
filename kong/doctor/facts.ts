import { isRecord } from '../check/is-record';
import { ask, type Answer } from './ask';

/** The addresses of a deployment, without a slash at the end. */
export interface Addresses {
  readonly gateway: string;
  readonly status: string;
  readonly metrics: string;
  readonly admin: string;
}

/** What a deployment answered; undefined where nothing did. */
export interface Facts {
  readonly addresses: Addresses;
  /** When the gateway had answered, in milliseconds since 1970. */
  readonly nowMs: number;
  /** The answer to a path without a route. */
  readonly gateway: Answer | undefined;
  readonly phoenix: Answer | undefined;
  readonly ready: Answer | undefined;
  readonly serverReady: Answer | undefined;
  readonly metrics: Answer | undefined;
  readonly config: Answer | undefined;
  /** The health of each upstream by its name. */
  readonly upstreams: readonly (readonly [name: string, health: Answer | undefined])[];
}

const MAX_UPSTREAMS = 100;

/** Asks all parts of a deployment. It changes nothing there. */
export async function gatherFacts(addresses: Addresses): Promise<Facts> {
  const { gateway, status, metrics, admin } = addresses;
  const first = await ask(`${gateway}/no-such-route-of-kong-ai-plugins`);
  const nowMs = Date.now();
  const [phoenix, ready, serverReady, metricsText, config, upstreams] = await Promise.all([
    ask(`${gateway}/phoenix/`),
    ask(`${status}/status/ready`),
    ask(`${metrics}/readyz`),
    ask(`${metrics}/metrics`),
    ask(`${admin}/config`),
    ask(`${admin}/upstreams?size=${MAX_UPSTREAMS}`),
  ]);
  const names = dataOf(upstreams).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return {
    addresses,
    nowMs,
    gateway: first,
    phoenix,
    ready,
    serverReady,
    metrics: metricsText,
    config,
    upstreams: await Promise.all(
      names.map(async (name) => [name, await ask(`${admin}/upstreams/${encodeURIComponent(name)}/health`)] as const),
    ),
  };
}

/** The list `data` of an answer of the Admin API. */
export function dataOf(answer: Answer | undefined): Readonly<Record<string, unknown>>[] {
  const value = jsonOf(answer);
  const data = isRecord(value) ? value['data'] : undefined;
  return Array.isArray(data) ? data.filter(isRecord) : [];
}

/** The JSON of an answer; undefined if it is none. */
export function jsonOf(answer: Answer | undefined): unknown {
  try {
    return JSON.parse(answer?.body ?? '') as unknown;
  } catch {
    return undefined;
  }
}
