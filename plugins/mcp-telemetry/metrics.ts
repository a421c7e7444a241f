import type { Metrics } from '../../kong/pdk';
import { announcedNamesOf } from '../shared/mcp/announced-names';
import { PerProcess } from '../shared/runtime/per-process';
import { labelsOf } from '../shared/telemetry/labels';
import { IdleSeries } from './counting/idle-series';
import { SessionDurations } from './sessions/session-durations';

/** The prefix of the plugin's own metrics. */
export const PREFIX = 'mcp_telemetry';

/** Upper bounds in seconds, from the MCP conventions. */
const DURATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
/** Upper bounds in bytes. */
const SIZE_BUCKETS = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
/** Upper bounds in seconds. */
const SESSION_BUCKETS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 86_400];

const SESSION_IDLE_MS = 30 * 60_000;
const MAX_SESSIONS = 10_000;
const USER_IDLE_MS = 10 * 60_000;

/** The gauge of open streams. */
export const OPEN_STREAMS = {
  name: 'mcp_gateway_connections_active',
  help: 'Open streams from servers, with track_open_streams',
  label: 'transport',
};

/** The role under which the duration of operations is reported, one of those in the conventions. */
export type OperationRole = 'client' | 'server' | 'none';

/** The metrics of messages. */
export type McpMetrics = ReturnType<typeof mcpMetricsOf>;

/** The metrics of exchanges, independent of their messages: backends, sessions, connections, authentication. */
export type ExchangeMetrics = ReturnType<typeof exchangeMetricsOf>;

/** Registers the metrics of messages; another call returns the same metrics. */
export function mcpMetricsOf(metrics: Metrics, role: OperationRole) {
  return {
    labels: labelsOf(metrics, PREFIX),
    announced: announcedNamesOf(metrics),
    requests: metrics.counter({
      name: 'mcp_gateway_requests_total',
      help: 'JSON-RPC messages from clients, by outcome (status) and by who caused it (fault: none, client or server)',
      labelNames: ['method', 'status', 'namespace', 'fault', 'consumer'],
    }),
    duration: metrics.histogram({
      name: 'mcp_gateway_request_duration_seconds',
      help: 'Time from sending a message upstream to the last byte of its response',
      labelNames: ['method', 'backend'],
      buckets: DURATION_BUCKETS,
    }),
    responseSize: metrics.histogram({
      name: 'mcp_gateway_response_size_bytes',
      help: 'Size of the response body as the client received it; for a batch, method is _other',
      labelNames: ['method', 'backend'],
      buckets: SIZE_BUCKETS,
    }),
    operationDuration: role === 'none' ? undefined : operationDurationOf(metrics, role),
    parseErrors: metrics.counter({
      name: 'mcp_telemetry_parse_errors_total',
      help: 'Data that could not be parsed; what is log_entry for a log entry from Kong',
      labelNames: ['what'],
    }),
  };
}

/** The metric of the conventions, under one of the two roles that they define. */
const operationDurationOf = (metrics: Metrics, role: 'client' | 'server') =>
  metrics.histogram({
    name: `mcp_${role}_operation_duration_seconds`,
    help: 'Duration of an MCP operation: time from sending the message upstream to the last byte of its response',
    labelNames: ['mcp_method_name', 'gen_ai_tool_name', 'error_type', 'kong_service'],
    buckets: DURATION_BUCKETS,
  });

interface SharedState {
  readonly sessions: SessionDurations;
  readonly users: IdleSeries;
  /** What the gauges show, as few as their series: they are set only when it changes. */
  readonly shown: {
    readonly health: Map<string, boolean>;
    readonly circuits: Map<string, 'closed' | 'open'>;
  };
}

const perProcess = new PerProcess<SharedState>();

/** Registers the metrics of exchanges; another call returns the same metrics. */
export function exchangeMetricsOf(metrics: Metrics) {
  const sessionDuration = metrics.histogram({
    name: 'mcp_gateway_session_duration_seconds',
    help: 'Duration of a session, from initialize to its end or its last request; protocol revisions up to 2025-11-25',
    buckets: SESSION_BUCKETS,
  });
  return {
    labels: labelsOf(metrics, PREFIX),
    backendHealth: metrics.gauge({
      name: 'mcp_gateway_backend_health',
      help: '1 if the backend responded to the last request for it, 0 if Kong could not reach it',
      labelNames: ['backend', 'namespace'],
    }),
    circuitState: metrics.gauge({
      name: 'mcp_gateway_circuit_breaker_state',
      help: "1 for the current state, 0 for the others; open while Kong's health checks leave no address of the backend",
      labelNames: ['namespace', 'state'],
    }),
    authAttempts: metrics.counter({
      name: 'mcp_gateway_auth_attempts_total',
      help: 'Authentications by Kong, by type of credential and result',
      labelNames: ['type', 'result'],
    }),
    connections: metrics.counter({
      name: 'mcp_gateway_connections_total',
      help: 'Streams that clients opened with GET, counted when they end',
      labelNames: ['transport'],
    }),
    rateLimitRemaining: metrics.gauge({
      name: 'mcp_gateway_rate_limit_remaining',
      help: 'The RateLimit-Remaining header of the last response to a consumer',
      labelNames: ['user'],
    }),
    ...perProcess.get(metrics, 'exchange', () => ({
      sessions: new SessionDurations({
        maxSessions: MAX_SESSIONS,
        idleMs: SESSION_IDLE_MS,
        onEnd: (durationMs) => {
          sessionDuration.observe(durationMs / 1000);
        },
      }),
      users: new IdleSeries(USER_IDLE_MS),
      shown: { health: new Map(), circuits: new Map() },
    })),
  };
}
