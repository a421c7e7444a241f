import type { Metrics } from '../../kong/pdk';
import { labelsOf, UNKNOWN, type Labels } from '../shared/labels';
import { offeredNamesOf } from '../shared/offered-names';
import { methodLabel } from './methods';
import { isProven, namesListedIn, tellOffered } from './offered';
import { toolOf, type Operation } from './operation';
import type { Status } from './status';

/** Upper bounds in seconds, of the MCP conventions. */
const DURATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** More services, namespaces or error types than these become `_other`. */
export const MAX_CONFIGURED = 200;
const MAX_ERROR_TYPES = 20;

/** The metrics of the plugin. */
export type McpMetrics = ReturnType<typeof mcpMetricsOf>;

/** Registers the metrics; asked again, gives the same ones. */
export function mcpMetricsOf(metrics: Metrics) {
  return {
    labels: labelsOf(metrics, 'mcp_telemetry'),
    offered: offeredNamesOf(metrics),
    requests: metrics.counter({
      name: 'mcp_gateway_requests_total',
      help: 'JSON-RPC messages of clients, by what became of them',
      labelNames: ['method', 'status', 'namespace'],
    }),
    duration: metrics.histogram({
      name: 'mcp_gateway_request_duration_seconds',
      help: 'Duration of a message that went upstream, from Kong sending it to the last byte of its answer',
      labelNames: ['method', 'backend'],
      buckets: DURATION_BUCKETS,
    }),
    operationDuration: metrics.histogram({
      name: 'mcp_client_operation_duration_seconds',
      help: 'Duration of an MCP operation, from Kong sending it to the last byte of its answer',
      labelNames: ['mcp_method_name', 'gen_ai_tool_name', 'error_type', 'kong_service'],
      buckets: DURATION_BUCKETS,
    }),
    parseErrors: metrics.counter({
      name: 'mcp_telemetry_parse_errors_total',
      help: 'What could not be read; what log_entry: an entry of Kong',
      labelNames: ['what'],
    }),
  };
}

/** Counts one message. */
export function countOperation(
  { labels, offered, requests, duration, operationDuration }: McpMetrics,
  operation: Operation,
  options: { readonly namespace?: string; readonly max_tools: number },
): void {
  const { entry, message, verdict, startMs, endMs } = operation;
  const method = methodLabel(message.method);
  const backend = labels.bounded('backend', entry.service.name, MAX_CONFIGURED);
  requests.inc({ method, status: verdict.status, namespace: namespaceLabel(labels, operation.entry.route, options) });
  tellOffered(offered, operation);
  learnTools(labels, operation, options.max_tools);
  // What a guard refused never went upstream.
  if (verdict.status === 'denied') return;
  const seconds = (endMs - startMs) / 1000;
  duration.observe({ method, backend }, seconds);
  operationDuration.observe(
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
  status: Status,
  route: string | undefined,
  options: { readonly namespace?: string },
): void {
  requests.inc({ method: methodLabel(undefined), status, namespace: namespaceLabel(labels, route, options) });
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
