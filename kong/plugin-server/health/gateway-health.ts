import { readUpstreamHealth, type UpstreamHealth } from '../../pdk';
import type { CollectedFacts } from './collected-facts';
import type { GatewayFacts } from './health-report';

/** Where to ask, and for what. */
export interface GatewayHealthOptions {
  /** Kong's Status API (without a database) or Admin API; absent: no backends are reported. */
  readonly kong?: string;
  /** The names of the upstreams that are reported as backends. */
  readonly upstreams: readonly string[];
  readonly facts: CollectedFacts;
  readonly isReady: () => boolean;
  readonly now: () => number;
}

/** For how long an answer is used again, in milliseconds: however often clients ask, Kong and Redis are asked this often. */
export const HEALTH_TTL_MS = 2000;
/** Within which Kong must answer, in milliseconds. */
const TIMEOUT_MS = 1500;

/** The health of this gateway: its backends as Kong's health checks see them, and what plugins depend on. Never throws. */
export class GatewayHealth {
  private latest: { readonly facts: Promise<GatewayFacts>; readonly atMs: number } | undefined;

  constructor(private readonly options: GatewayHealthOptions) {}

  /** The facts, at most {@link HEALTH_TTL_MS} old. Simultaneous calls share one. */
  async read(): Promise<GatewayFacts> {
    const nowMs = this.options.now();
    // A clock that was set back must not keep an old answer.
    if (!this.latest || Math.abs(nowMs - this.latest.atMs) >= HEALTH_TTL_MS) {
      this.latest = { facts: this.gather(nowMs), atMs: nowMs };
    }
    const facts = await this.latest.facts;
    return { ...facts, isReady: this.options.isReady() };
  }

  private async gather(atMs: number): Promise<GatewayFacts> {
    const { facts, upstreams, isReady } = this.options;
    const [dependencies, states] = await Promise.all([
      facts.readDependencies(),
      Promise.all(upstreams.map((name) => this.stateOf(name))),
    ]);
    const backends = Object.fromEntries(
      upstreams.map((name, index) => [name, states[index] ?? ('unknown' as const)] as const),
    );
    return { isReady: isReady(), backends, dependencies, counts: facts.readCounts(), atMs };
  }

  private stateOf(name: string): Promise<UpstreamHealth | undefined> {
    const { kong = '' } = this.options;
    return readUpstreamHealth(kong, name, AbortSignal.timeout(TIMEOUT_MS));
  }
}
