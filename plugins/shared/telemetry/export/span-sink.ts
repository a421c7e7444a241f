import { labelsOf, OTHER } from '../labels';
import type { SpanRecord } from '../spans/span';
import { newSpanIds } from '../spans/started-span';
import type { Pipeline } from './pipeline';
import { acquirePipeline, type Host } from './pipelines';
import { keepsTrace, samplerOf } from './sampler';
import { targetKey, type Target } from './target';

/** Exports the spans of a configuration to all its collectors, each span in its project. */
export interface SpanSink {
  /**
   * Queues the span for all collectors, with the same ids. Never throws, never waits.
   *
   * @param project overrides the project of the target
   */
  record(span: SpanRecord, project?: string): void;
  /** Whether the spans of a trace are exported, by the sampling rate. */
  keeps(traceId: string): boolean;
  /** Exports the queues, within the bounded time of the pipelines. */
  shutdown(): Promise<void>;
}

/** The settings of a sink. */
export interface SinkOptions {
  /** Not empty. */
  readonly targets: readonly Target[];
  /** The number of other projects: each has a queue. Spans of any other project go to the project of the target. */
  readonly maxProjects: number;
  /** The prefix of the metrics' names, such as `llm_telemetry`. */
  readonly prefix: string;
}

/** Opens the pipelines to all targets. Pipelines for other projects open with their first span. */
export function openSpanSink({ targets, maxProjects, prefix }: SinkOptions, host: Host): SpanSink {
  const open = (project?: string): readonly Pipeline[] =>
    targets.map((target) =>
      acquirePipeline(project === undefined ? target : { ...target, projectName: project }, host, prefix),
    );
  const own = open();
  const byProject = new Map<string, readonly Pipeline[]>();
  const labels = labelsOf(host.metrics, prefix);
  const scope = targets.map(targetKey).join('\n');
  const sampler = samplerOf(targets[0]?.sampleRate ?? 1);

  const pipelinesOf = (project: string | undefined): readonly Pipeline[] => {
    if (project === undefined) return own;
    const known = byProject.get(project);
    if (known) return known;
    if (labels.bounded('project', project, maxProjects, scope) === OTHER) return own;
    const opened = open(project);
    byProject.set(project, opened);
    return opened;
  };

  return {
    record: (span, project) => {
      const pipelines = pipelinesOf(project);
      // The same span in two collectors has the same ids.
      const same = pipelines.length > 1 && !span.ids ? { ...span, ids: newSpanIds(span.parent) } : span;
      for (const pipeline of pipelines) pipeline.record(same);
    },
    keeps: (traceId) => keepsTrace(sampler, traceId),
    shutdown: async () => {
      await Promise.all([own, ...byProject.values()].flat().map((pipeline) => pipeline.shutdown()));
    },
  };
}
