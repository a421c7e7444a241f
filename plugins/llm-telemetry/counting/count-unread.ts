import type { Capture } from '../../shared/captured-body/capture';
import { MAX_CONFIGURED } from '../../shared/telemetry/labels';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { LlmMetrics } from '../metrics';
import { isWithoutInference } from '../request/apis';
import type { LlmRequest } from '../request/llm-request';
import type { ReadResponse } from '../response/read-captured-response';

/** Why a call, or a part of it, is missing from the telemetry. */
type Reason = 'unknown_path' | 'not_captured' | 'request_body' | 'response_encoding';

/** The parts of a call that were read. */
interface Read {
  readonly capture: Capture | undefined;
  readonly request: LlmRequest;
  readonly read: ReadResponse | undefined;
}

/** Counts a POST at an unknown path, unless no model is called there or the upstream does not know the path either. */
export function countUnknownPath(metrics: LlmMetrics, entry: LogEntry): void {
  if (entry.status === 404 || entry.status === 405 || isWithoutInference(entry.fullUpstreamPath)) return;
  count(metrics, entry, 'unknown_path');
}

/** Counts a call of which a part could not be read. */
export function countUnread(metrics: LlmMetrics, entry: LogEntry, { capture, request, read }: Read): void {
  if (!capture) {
    count(metrics, entry, 'not_captured');
    return;
  }
  if (!request.isRead) count(metrics, entry, 'request_body');
  if (!read) count(metrics, entry, 'response_encoding');
}

function count({ unread, labels }: LlmMetrics, { service }: LogEntry, reason: Reason): void {
  unread.inc({ kong_service: labels.bounded('kong_service', service.name, MAX_CONFIGURED), reason });
}
