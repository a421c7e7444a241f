import type { Target, Upstream } from '../config/model';
import type { AddressOf } from '../runtime/hosts-file';
import { probe } from './active-check';
import { reportOf, TargetHealth, thresholdsOf, usesHealthChecks, type Report } from './health';

/** A target with its health. */
export interface Peer {
  readonly target: Target;
  readonly host: string;
  readonly port: number;
  readonly weight: number;
  readonly health: TargetHealth;
}

const DEFAULT_TARGET_PORT = 8000;

/** The balancer of one upstream: its targets by weight, and their health checks. */
export class Balancer {
  readonly peers: readonly Peer[];
  readonly isChecked: boolean;
  private readonly wheel: readonly Peer[];
  private pointer = 0;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    readonly upstream: Upstream,
    targets: readonly Target[],
    private readonly addressOf: AddressOf,
    private readonly warn: (message: string) => void,
    random: () => number = Math.random,
  ) {
    this.isChecked = usesHealthChecks(upstream);
    this.peers = targets.map((target) => {
      const [, host = target.target, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(target.target) ?? [];
      const at = port === undefined ? DEFAULT_TARGET_PORT : Number(port);
      return {
        target,
        host: host.replace(/^\[|\]$/g, ''),
        port: at,
        weight: target.weight,
        health: new TargetHealth(),
      };
    });
    this.wheel = shuffle(wheelOf(this.peers), random);
  }

  /**
   * Starts the active checks, if they are configured; the first one runs after the interval. For HTTP Kong makes no
   * checks of the type `tcp`.
   */
  start(): void {
    const { active } = this.upstream.healthchecks;
    if (active.type === 'tcp') return;
    this.every(active.healthy.interval, true);
    this.every(active.unhealthy.interval, false);
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** The next healthy target; undefined when there is none. */
  next(): Peer | undefined {
    if (!this.isHealthy) return undefined;
    for (let tries = 0; tries < this.wheel.length; tries++) {
      this.pointer = (this.pointer + 1) % this.wheel.length;
      const peer = this.wheel[this.pointer];
      if (peer?.health.healthy) return peer;
    }
    return undefined;
  }

  /** Whether the healthy targets have enough weight (`healthchecks.threshold`, in percent). */
  get isHealthy(): boolean {
    const total = sum(this.peers);
    const available = sum(this.peers.filter(({ health }) => health.healthy));
    return available > 0 && (available / total) * 100 >= this.upstream.healthchecks.threshold;
  }

  /** Passive check: reports the status of a request to the target. */
  reportStatus(peer: Peer, status: number): void {
    if (status === 504) this.report(peer, 'timeout', 'passive');
    else this.report(peer, reportOf(this.upstream, 'passive', status), 'passive');
  }

  /** Passive check: reports a connection that failed or timed out. */
  reportFailure(peer: Peer, report: 'tcp_failure' | 'timeout'): void {
    this.report(peer, report, 'passive');
  }

  private report(peer: Peer, report: Report | undefined, kind: 'active' | 'passive'): void {
    if (!this.isChecked || report === undefined || !peer.health.report(report, thresholdsOf(this.upstream, kind)))
      return;
    const state = peer.health.healthy ? 'healthy' : 'unhealthy';
    this.warn(`[healthcheck] (${this.upstream.name}) ${state} target '${peer.target.target}' (${kind} ${report})`);
  }

  private every(seconds: number, healthy: boolean): void {
    if (seconds === 0) return;
    const check = () => {
      for (const peer of this.peers) if (peer.weight > 0 && peer.health.healthy === healthy) void this.check(peer);
    };
    this.timers.push(setInterval(check, seconds * 1000).unref());
  }

  private async check(peer: Peer): Promise<void> {
    const { active } = this.upstream.healthchecks;
    const hostHeader = this.upstream.host_header ?? `${peer.host}:${peer.port}`;
    const report = await probe(this.addressOf(peer.host), peer.port, hostHeader, active, (status) =>
      reportOf(this.upstream, 'active', status),
    );
    this.report(peer, report, 'active');
  }
}

const sum = (peers: readonly Peer[]): number => peers.reduce((total, { weight }) => total + weight, 0);

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The shortest list that contains each target in proportion to its weight. */
function wheelOf(peers: readonly Peer[]): Peer[] {
  const divisor = peers.reduce((divisor, { weight }) => gcd(divisor, weight), 0);
  return divisor === 0 ? [] : peers.flatMap((peer) => new Array<Peer>(peer.weight / divisor).fill(peer));
}

function shuffle(wheel: Peer[], random: () => number): Peer[] {
  for (let last = wheel.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [wheel[last], wheel[other]];
    if (a && b) [wheel[last], wheel[other]] = [b, a];
  }
  return wheel;
}
