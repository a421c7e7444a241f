import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../../shared/runtime/per-process';
import { labelsOf } from '../../shared/telemetry/labels';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { backendStateOf, type BackendState } from '../health/backend-state';
import type { Backend, HealthPoller } from '../health/health-poller';
import { MAX_CONFIGURED, namespaceLabel } from '../metrics';
import { SessionDurations } from '../sessions/session-durations';
import { sessionIdIn, sessionKeyIn } from '../sessions/session-id';
import { openedStream } from '../streams';
import { authAttemptOf } from './auth-attempt';
import { IdleSeries } from './idle-series';

/** Upper bounds in seconds. */
const SESSION_BUCKETS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 86_400];
const SESSION_IDLE_MS = 30 * 60_000;
const MAX_SESSIONS = 10_000;
const USER_IDLE_MS = 10 * 60_000;
const MAX_USERS = 200;

/** The metrics of exchanges, whatever messages they carry: backends, sessions, connections, authentication. */
export type ExchangeMetrics = ReturnType<typeof exchangeMetricsOf>;

const perProcess = new PerProcess<{ readonly clock: SessionDurations; readonly users: IdleSeries }>();

/** Registers the metrics; asked again, gives the same ones. */
export function exchangeMetricsOf(metrics: Metrics) {
  const sessionDuration = metrics.histogram({
    name: 'mcp_gateway_session_duration_seconds',
    help: 'Duration of sessions, from initialize to their end or their last request; revisions up to 2025-11-25',
    buckets: SESSION_BUCKETS,
  });
  return {
    labels: labelsOf(metrics, 'mcp_telemetry'),
    backendHealth: metrics.gauge({
      name: 'mcp_gateway_backend_health',
      help: '1 when the backend answered the last request that was for it, 0 when Kong could not reach it',
      labelNames: ['backend', 'namespace'],
    }),
    circuitState: metrics.gauge({
      name: 'mcp_gateway_circuit_breaker_state',
      help: 'One-hot: open while the health checks of Kong leave no address of the backend to try',
      labelNames: ['namespace', 'state'],
    }),
    authAttempts: metrics.counter({
      name: 'mcp_gateway_auth_attempts_total',
      help: 'Authentications by Kong, by kind and result',
      labelNames: ['type', 'result'],
    }),
    connections: metrics.counter({
      name: 'mcp_gateway_connections_total',
      help: 'Streams that clients opened with GET, counted when they end',
      labelNames: ['transport'],
    }),
    rateLimitRemaining: metrics.gauge({
      name: 'mcp_gateway_rate_limit_remaining',
      help: 'What a rate limit last left to a consumer',
      labelNames: ['user'],
    }),
    ...perProcess.get(metrics, 'exchange', () => ({
      clock: new SessionDurations({
        maxSessions: MAX_SESSIONS,
        idleMs: SESSION_IDLE_MS,
        onOver: (durationMs) => {
          sessionDuration.observe(durationMs / 1000);
        },
      }),
      users: new IdleSeries(USER_IDLE_MS),
    })),
  };
}

/** Counts one exchange. `watch`: asks Kong for the health of backends, where that is configured. */
export function countExchange(
  metrics: ExchangeMetrics,
  entry: LogEntry,
  options: { readonly namespace?: string; readonly rate_limit_user_label: boolean },
  watch?: HealthPoller,
): void {
  countBackend(metrics, entry, options, watch);
  countSession(metrics, entry);
  const attempt = authAttemptOf(entry);
  if (attempt) metrics.authAttempts.inc({ ...attempt });
  const stream = openedStream(entry);
  if (stream) metrics.connections.inc({ transport: stream.transport });
  if (options.rate_limit_user_label) countRemaining(metrics, entry);
}

function countBackend(
  metrics: ExchangeMetrics,
  entry: LogEntry,
  options: { readonly namespace?: string },
  watch: HealthPoller | undefined,
): void {
  const backend = {
    host: entry.service.host ?? '',
    label: metrics.labels.bounded('backend', entry.service.name, MAX_CONFIGURED),
    namespace: namespaceLabel(metrics.labels, entry.route, options),
  };
  const state = backendStateOf(entry);
  if (!watch?.covers(backend) && state) setBackendState(metrics, backend, state);
}

/** Sets the gauges of a backend. */
export function setBackendState(metrics: ExchangeMetrics, { label, namespace }: Backend, state: BackendState): void {
  metrics.backendHealth.set({ backend: label, namespace }, state.healthy ? 1 : 0);
  if (!state.circuit) return;
  for (const one of ['closed', 'half_open', 'open']) {
    metrics.circuitState.set({ namespace, state: one }, one === state.circuit ? 1 : 0);
  }
}

function countSession({ clock }: ExchangeMetrics, entry: LogEntry): void {
  const session = sessionKeyIn(entry);
  if (session === undefined) return;
  const endedAtMs = entry.startedAtMs + entry.latencies.requestMs;
  const isGood = entry.status < 300;
  if (sessionIdIn(entry.requestHeaders) === undefined) {
    if (isGood) clock.start(session, endedAtMs);
    return;
  }
  clock.see(session, endedAtMs);
  if (entry.method === 'DELETE' && isGood) clock.end(session);
}

function countRemaining({ labels, rateLimitRemaining, users }: ExchangeMetrics, entry: LogEntry): void {
  const left = Number(headerOf(entry.responseHeaders, 'ratelimit-remaining') ?? Number.NaN);
  const username = entry.consumer?.username;
  if (username === undefined || !Number.isFinite(left)) return;
  const user = labels.bounded('user', username, MAX_USERS);
  rateLimitRemaining.set({ user }, left);
  for (const stale of users.set(user, entry.startedAtMs)) {
    rateLimitRemaining.remove({ user: stale });
    labels.forget('user', stale);
  }
}
