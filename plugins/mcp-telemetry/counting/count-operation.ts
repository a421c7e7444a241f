import { consumerLabel } from '../../shared/telemetry/consumer-label';
import { MAX_CONFIGURED, OTHER, type Labels } from '../../shared/telemetry/labels';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { McpMetrics } from '../metrics';
import type { Operation } from '../operations/operation';
import type { MessageOutcome } from '../operations/outcome';
import { recordAnnounced } from './announced';
import { methodLabel } from './method-label';
import { namespaceLabel, type NamespaceOptions } from './namespace-label';
import { learnTools, toolLabelOf } from './tool-label';

const MAX_ERROR_TYPES = 20;

/** The config fields that affect labels. */
export interface MetricOptions extends NamespaceOptions {
  readonly max_tools: number;
  readonly consumer_label: boolean;
  readonly max_consumers: number;
}

/** Counts one message. */
export function countOperation(
  { labels, announced, requests, duration, operationDuration }: McpMetrics,
  operation: Operation,
  options: MetricOptions,
): void {
  const { entry, message, outcome, startMs, endMs } = operation;
  const method = methodLabel(message.method);
  const backend = labels.bounded('backend', entry.service.name, MAX_CONFIGURED);
  requests.inc(requestLabels(labels, method, outcome, entry, options));
  recordAnnounced(announced, operation);
  learnTools(labels, operation, options.max_tools);
  // A rejected message was not sent upstream, and a deferred one has not ended.
  if (outcome.status === 'denied' || outcome.status === 'deferred') return;
  const seconds = (endMs - startMs) / 1000;
  duration.observe({ method, backend }, seconds);
  operationDuration?.observe(
    {
      mcp_method_name: method,
      gen_ai_tool_name: toolLabelOf(labels, operation, options.max_tools),
      error_type:
        outcome.errorType === undefined ? '' : labels.bounded('error_type', outcome.errorType, MAX_ERROR_TYPES),
      kong_service: backend,
    },
    seconds,
  );
}

/** Counts a request body in which no message could be read. */
export function countUnreadable(
  { labels, requests }: McpMetrics,
  outcome: MessageOutcome,
  entry: LogEntry,
  options: MetricOptions,
): void {
  requests.inc(requestLabels(labels, methodLabel(undefined), outcome, entry, options));
}

/** Observes the size of the response to a request with these messages. */
export function countSize(
  { labels, responseSize }: McpMetrics,
  [first, second]: readonly Operation[],
  bytes: number,
): void {
  if (!first) return;
  const backend = labels.bounded('backend', first.entry.service.name, MAX_CONFIGURED);
  responseSize.observe({ method: second ? OTHER : methodLabel(first.message.method), backend }, bytes);
}

const requestLabels = (
  labels: Labels,
  method: string,
  { status, fault }: MessageOutcome,
  entry: LogEntry,
  options: MetricOptions,
) => ({
  method,
  status,
  namespace: namespaceLabel(labels, entry.route, options),
  fault,
  ...(options.consumer_label && { consumer: consumerLabel(labels, entry, options.max_consumers) }),
});
