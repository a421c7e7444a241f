import type { Log, Metrics } from '../../../../kong/pdk';
import { PerProcess } from '../../runtime/per-process';
import { exportMetricsOf } from './export-metrics';
import { withFailureLog } from './failure-log';
import { openPipeline, type Pipeline } from './pipeline';
import { QueuedBytes } from './queued-bytes';
import { targetKey, type Target } from './target';

/** The resources of the process that a pipeline uses. */
export interface Host {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => number;
}

interface Shared {
  readonly pipeline: Pipeline;
  users: number;
}

const perProcess = new PerProcess<Shared>();
const bytesPerProcess = new PerProcess<QueuedBytes>();

/**
 * The pipeline to a target, shared by all configurations with the same target. It closes with its last user.
 *
 * @param prefix the prefix of the metrics' names, such as `llm_telemetry`
 */
export function acquirePipeline(target: Target, { metrics, log, now }: Host, prefix: string): Pipeline {
  const name = `${prefix} ${targetKey(target)}`;
  const shared = perProcess.get(metrics, name, () => ({
    pipeline: openPipeline(
      target,
      withFailureLog(exportMetricsOf(metrics, prefix), target.url, log, now),
      bytesPerProcess.get(metrics, 'spans', () => new QueuedBytes()),
    ),
    users: 0,
  }));
  shared.users++;
  let released = false;
  return {
    record: (span) => {
      shared.pipeline.record(span);
    },
    shutdown: async () => {
      if (released) return;
      released = true;
      shared.users--;
      if (shared.users > 0) return;
      perProcess.delete(metrics, name);
      await shared.pipeline.shutdown();
    },
  };
}
