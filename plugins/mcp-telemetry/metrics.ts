import type { Metrics } from '../../kong/pdk';
import { knownNamesOf } from '../shared/mcp/known-names';
import { labelsOf, OTHER, UNKNOWN, type Labels } from '../shared/telemetry/labels';
import type { LogEntry } from '../shared/telemetry/log-entry';
import { methodLabel } from './methods';
import { isProven, namesListedIn, tellOffered } from './offered';
import { toolOf, type Operation } from './operation';
import type { Verdict } from './status';

/** Upper bounds in seconds, of the MCP conventions. */
const DURATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** More services, namespaces or error types than these become `_other`. */
export const MAX_CONFIGURED = 200;
const MAX_ERROR_TYPES = 20;

/** The metrics of the plugin. */
export type McpMetrics = ReturnType<typeof mcpMetricsOf>;

/** Upper bounds in bytes. */
const SIZE_BUCKETS = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

/** In which role of the conventions the gateway tells of operations. */
export type OperationRole = 'client' | 'server' | 'none';

/** What of the plugin's config shapes the labels. */
export interface MetricOptions {
  readonly namespace?: string;
  readonly max_tools: number;
  readonly consumer_label: boolean;
  readonly max_consumers: number;
}

/** Registers the metrics; asked again, gives the same ones. */
export function mcpMetricsOf(metrics: Metrics, role: OperationRole) {
  const labels = labelsOf(metrics, 'mcp_telemetry');
  const responseSize = metrics.histogram({
    name: 'mcp_gateway_response_size_bytes',
    help: 'Size of the body of the answer to one message as the client got it; to a batch, with method _other',
    labelNames: ['method', 'backend'],
    buckets: SIZE_BUCKETS,
  });
  return {
    labels,
    offered: knownNamesOf(metrics),
    observeSize: ({ message, entry }: Operation, isBatch: boolean, bytes: number): void => {
      const backend = labels.bounded('backend', entry.service.name, MAX_CONFIGURED);
      responseSize.observe({ method: isBatch ? OTHER : methodLabel(message.method), backend }, bytes);
    },
    requests: metrics.counter({
      name: 'mcp_gateway_requests_total',
      help: 'JSON-RPC messages of clients, by what became of them and whose fault it was: none, client or server',
      labelNames: ['method', 'status', 'namespace', 'fault', 'consumer'],
    }),
    duration: metrics.histogram({
      name: 'mcp_gateway_request_duration_seconds',
      help: 'Duration of a message that went upstream, from Kong sending it to the last byte of its answer',
      labelNames: ['method', 'backend'],
      buckets: DURATION_BUCKETS,
    }),
    operationDuration: role === 'none' ? undefined : operationDurationOf(metrics, role),
    parseErrors: metrics.counter({
      name: 'mcp_telemetry_parse_errors_total',
      help: 'What could not be read; what log_entry: an entry of Kong',
      labelNames: ['what'],
    }),
  };
}

/** The conventions' metric, in one of the two roles that they know. */
const operationDurationOf = (metrics: Metrics, role: 'client' | 'server') =>
  metrics.histogram({
    name: `mcp_${role}_operation_duration_seconds`,
    help: 'Duration of an MCP operation, from Kong sending it to the last byte of its answer',
    labelNames: ['mcp_method_name', 'gen_ai_tool_name', 'error_type', 'kong_service'],
    buckets: DURATION_BUCKETS,
  });

/** Counts one message. */
export function countOperation(
  { labels, offered, requests, duration, operationDuration }: McpMetrics,
  operation: Operation,
  options: MetricOptions,
): void {
  const { entry, message, verdict, startMs, endMs } = operation;
  const method = methodLabel(message.method);
  const backend = labels.bounded('backend', entry.service.name, MAX_CONFIGURED);
  requests.inc(requestLabels(labels, method, verdict, entry, options));
  tellOffered(offered, operation);
  learnTools(labels, operation, options.max_tools);
  // What a guard refused never went upstream, and what is put off has not ended.
  if (verdict.status === 'denied' || verdict.status === 'deferred') return;
  const seconds = (endMs - startMs) / 1000;
  duration.observe({ method, backend }, seconds);
  operationDuration?.observe(
    {
      mcp_method_name: method,
      gen_ai_tool_name: toolLabelOf(labels, operation, options.max_tools),
      error_type:
        verdict.errorType === undefined ? '' : labels.bounded('error_type', verdict.errorType, MAX_ERROR_TYPES),
      kong_service: backend,
    },
    seconds,
  );
}

/** Counts a request body in which no message could be read. */
export function countUnreadable(
  { labels, requests }: McpMetrics,
  verdict: Verdict,
  entry: LogEntry,
  options: MetricOptions,
): void {
  requests.inc(requestLabels(labels, methodLabel(undefined), verdict, entry, options));
}

const requestLabels = (
  labels: Labels,
  method: string,
  { status, fault }: Verdict,
  entry: LogEntry,
  options: MetricOptions,
) => ({
  method,
  status,
  namespace: namespaceLabel(labels, entry.route, options),
  fault,
  ...(options.consumer_label && { consumer: consumerLabel(labels, entry, options) }),
});

/** Only a consumer that Kong authenticated has a name. */
function consumerLabel(labels: Labels, { consumer }: LogEntry, options: MetricOptions): string {
  const name = consumer?.username ?? consumer?.id;
  return name === undefined ? UNKNOWN : labels.bounded('consumer', name, options.max_consumers);
}

/** The namespace as a label: the configured one, else the route's name. */
export const namespaceLabel = (
  labels: Labels,
  route: string | undefined,
  { namespace }: { namespace?: string },
): string => labels.bounded('namespace', namespace ?? route ?? '', MAX_CONFIGURED);

/** The tools that a server lists are names that may become labels. */
function learnTools(labels: Labels, operation: Operation, cap: number): void {
  if (operation.message.method !== 'tools/list') return;
  for (const name of namesListedIn(operation)) labels.bounded(TOOL_LABEL, name, cap, serverOf(operation));
}

/** A client's word for a tool becomes a label once the server has listed it, or answered a call to it well. */
function toolLabelOf(labels: Labels, operation: Operation, cap: number): string {
  const tool = toolOf(operation);
  if (tool === undefined) return '';
  const server = serverOf(operation);
  return isProven(operation) || labels.knows(TOOL_LABEL, tool, server)
    ? labels.bounded(TOOL_LABEL, tool, cap, server)
    : UNKNOWN;
}

/** The names of one server's tools are bounded apart from another's. */
const serverOf = ({ entry }: Operation): string => entry.service.name;

const TOOL_LABEL = 'gen_ai_tool_name';
