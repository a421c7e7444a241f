import type { Metrics } from '../../kong/pdk';
import type { IdentityKind } from '../shared/mcp/identity';
import { PerProcess } from '../shared/runtime/per-process';
import { labelsOf, MAX_CONFIGURED } from '../shared/telemetry/labels';
import type { FetchObserver } from './issuers/fetcher';
import type { Issuer } from './issuers/issuer';
import type { AuthReason } from './reasons';

const PREFIX = 'mcp_auth';

/** Further issuers become `_other`, also further hosts of them. */
const MAX_ISSUERS = 50;
const MAX_HOSTS = 8;

/** Upper bounds in seconds: a known token takes some ten microseconds, a fetch up to its timeout. */
const DECISION_BUCKETS = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5];
const FETCH_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** How a request ended: `report` would have been rejected. */
export type AuthDecision = 'pass' | 'reject' | 'report';

/** What one request led to. */
export interface AuthRecord {
  readonly service: string;
  /** Absent where nobody was identified. */
  readonly kind: IdentityKind | undefined;
  readonly decision: AuthDecision;
  /** Absent for a request that passed. */
  readonly reason: AuthReason | undefined;
  readonly cached: CacheUse;
  readonly durationMs: number;
}

/** Whether the token of a request was proven before (hit), had to be proven (miss), or played no role (none). */
export type CacheUse = 'hit' | 'miss' | 'none';

/** The metrics of the plugin. No label comes from a token. */
export interface AuthMetrics {
  readonly count: (record: AuthRecord) => void;
  /** Counts fetches for the issuer at this host. */
  readonly fetchedFrom: (host: string) => FetchObserver;
  /** Counts a request with an identity that was too long to share whole. */
  readonly cut: () => void;
  /** Adds what a configuration holds to the gauges; returns a function that removes it. */
  readonly track: (held: Held) => () => void;
}

/** What one configuration holds. */
export interface Held {
  readonly tokens: { readonly size: number };
  readonly sessions: { readonly size: number } | undefined;
  readonly issuers: readonly Issuer[];
}

const perProcess = new PerProcess<Set<Held>>();

/** Registers the metrics. */
export function createMetrics(metrics: Metrics): AuthMetrics {
  const labels = labelsOf(metrics, PREFIX);
  const requests = metrics.requestCounter({
    name: `${PREFIX}_requests_total`,
    help: 'Requests by how the caller was identified (token, kong, anonymous, none) and what was decided (pass, reject, report)',
    labelNames: ['kong_service', 'kind', 'decision'],
  });
  const rejected = metrics.requestCounter({
    name: `${PREFIX}_rejected_total`,
    help: 'Requests that were rejected, or would be in report mode',
    labelNames: ['kong_service', 'reason'],
  });
  const seconds = metrics.requestHistogram({
    name: `${PREFIX}_duration_seconds`,
    help: 'Time to decide about a request, without the exchange with Kong; cached tells tokens that were proven before (hit), new ones (miss), and requests without one (none)',
    labelNames: ['kong_service', 'cached'],
    buckets: DECISION_BUCKETS,
  });
  const fetches = metrics.counter({
    name: `${PREFIX}_fetches_total`,
    help: 'Requests to authorization servers; host is that of the issuer; result is ok, redirect, another status, or why there was no response',
    labelNames: ['target', 'host', 'result'],
  });
  const fetchSeconds = metrics.histogram({
    name: `${PREFIX}_fetch_duration_seconds`,
    help: 'Time of a request to an authorization server',
    labelNames: ['target', 'host'],
    buckets: FETCH_BUCKETS,
  });
  const cut = metrics.counter({
    name: `${PREFIX}_cut_identities_total`,
    help: 'Requests whose token has more claims and groups than are shared with later plugins',
  });
  const service = (name: string): string => labels.bounded('kong_service', name, MAX_CONFIGURED);
  return {
    count: ({ service: name, kind, decision, reason, cached, durationMs }) => {
      const kong_service = service(name);
      requests.inc(kong_service, kind ?? 'none', decision);
      if (reason) rejected.inc(kong_service, reason);
      seconds.observe(durationMs / 1000, kong_service, cached);
    },
    fetchedFrom: (name) => {
      const host = labels.bounded('host', name, MAX_HOSTS);
      return (target, result, durationMs) => {
        fetches.inc({ target, host, result });
        fetchSeconds.observe({ target, host }, durationMs / 1000);
      };
    },
    cut: () => {
      cut.inc();
    },
    track: (held) => track(metrics, held, (issuer) => labels.bounded('issuer', issuer, MAX_ISSUERS)),
  };
}

/** Gauges over all configurations in the process. */
function track(metrics: Metrics, held: Held, issuerLabel: (issuer: string) => string): () => void {
  const all = perProcess.get(metrics, PREFIX, () => new Set());
  all.add(held);
  const sum = (of: (one: Held) => number): number => [...all].reduce((total, one) => total + of(one), 0);
  metrics.gauge({
    name: `${PREFIX}_tokens_cached`,
    help: 'Proven tokens that are remembered',
    read: () => sum(({ tokens }) => tokens.size),
  });
  metrics.gauge({
    name: `${PREFIX}_sessions_bound`,
    help: 'Sessions whose caller is remembered',
    read: () => sum(({ sessions }) => sessions?.size ?? 0),
  });
  const perIssuer = (of: (issuer: Issuer) => number | undefined) => (): [{ issuer: string }, number][] => {
    const highest = new Map<string, number>();
    for (const issuer of [...all].flatMap(({ issuers }) => issuers)) {
      const label = issuerLabel(issuer.rules.issuer);
      const value = of(issuer);
      if (value !== undefined) highest.set(label, Math.max(value, highest.get(label) ?? 0));
    }
    return [...highest].map(([issuer, value]) => [{ issuer }, value]);
  };
  metrics.gauge({
    name: `${PREFIX}_jwks_age_seconds`,
    help: 'Time since the keys of the issuer were fetched; the oldest of all configurations',
    labelNames: ['issuer'],
    readEach: perIssuer(({ keysAgeS }) => keysAgeS),
  });
  metrics.gauge({
    name: `${PREFIX}_jwks_keys`,
    help: 'Usable keys of the issuer; the most of all configurations',
    labelNames: ['issuer'],
    readEach: perIssuer(({ keyCount }) => keyCount),
  });
  return () => {
    all.delete(held);
  };
}
