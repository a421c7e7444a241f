import type { McpIdentity } from '../../shared/mcp/identity';
import { endOfRequest } from '../../shared/telemetry/exchange-times';
import { MAX_CONFIGURED } from '../../shared/telemetry/labels';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { backendStateOf, type BackendState } from '../health/backend-state';
import type { Backend, HealthPoller } from '../health/health-poller';
import type { ExchangeMetrics } from '../metrics';
import { sessionIdIn, sessionKeyIn } from '../sessions/session-id';
import { openedStream } from '../streams';
import { authAttemptOf } from './auth-attempt';
import { namespaceLabel, type NamespaceOptions } from './namespace-label';

const MAX_USERS = 200;

/**
 * Counts one exchange.
 *
 * @param identity who called, if mcp-auth runs on the route
 * @param poller reads the health of backends from Kong, if that is configured
 */
export function countExchange(
  metrics: ExchangeMetrics,
  entry: LogEntry,
  identity: McpIdentity | undefined,
  options: NamespaceOptions & { readonly rate_limit_user_label: boolean },
  poller?: HealthPoller,
): void {
  countBackend(metrics, entry, options, poller);
  countSession(metrics, entry);
  const attempt = authAttemptOf(entry, identity);
  if (attempt) metrics.authAttempts.inc({ ...attempt });
  const stream = openedStream(entry);
  if (stream) metrics.connections.inc({ transport: stream.transport });
  if (options.rate_limit_user_label) countRemaining(metrics, entry);
}

function countBackend(
  metrics: ExchangeMetrics,
  entry: LogEntry,
  options: NamespaceOptions,
  poller: HealthPoller | undefined,
): void {
  const backend = {
    host: entry.service.host ?? '',
    label: metrics.labels.bounded('backend', entry.service.name, MAX_CONFIGURED),
    namespace: namespaceLabel(metrics.labels, entry.route, options),
  };
  const state = backendStateOf(entry);
  if (!poller?.covers(backend) && state) setBackendState(metrics, backend, state);
}

/** Sets the gauges of a backend. */
export function setBackendState(metrics: ExchangeMetrics, { label, namespace }: Backend, state: BackendState): void {
  const { shown } = metrics;
  const backend = `${label}\n${namespace}`;
  if (shown.health.get(backend) !== state.healthy) {
    shown.health.set(backend, state.healthy);
    metrics.backendHealth.set({ backend: label, namespace }, state.healthy ? 1 : 0);
  }
  if (!state.circuit || shown.circuits.get(namespace) === state.circuit) return;
  shown.circuits.set(namespace, state.circuit);
  for (const one of ['closed', 'half_open', 'open']) {
    metrics.circuitState.set({ namespace, state: one }, one === state.circuit ? 1 : 0);
  }
}

function countSession({ sessions }: ExchangeMetrics, entry: LogEntry): void {
  const session = sessionKeyIn(entry);
  if (session === undefined) return;
  const endedAtMs = endOfRequest(entry);
  const isSuccess = entry.status < 300;
  if (sessionIdIn(entry.requestHeaders) === undefined) {
    if (isSuccess) sessions.start(session, endedAtMs);
    return;
  }
  sessions.touch(session, endedAtMs);
  if (entry.method === 'DELETE' && isSuccess) sessions.end(session);
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
