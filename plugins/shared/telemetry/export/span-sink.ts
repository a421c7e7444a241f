import { labelsOf, OTHER } from '../labels';
import type { SpanRecord } from '../spans/span';
import { newSpanIds } from '../spans/started-span';
import type { Pipeline } from './pipeline';
import { acquirePipeline, type Host } from './pipelines';
import { keepsTrace, samplerOf } from './sampler';
import { targetKey, type Target } from './target';

/** Where a configuration's spans go: to every collector that it names, each in the span's project. */
export interface SpanSink {
  /** Queues the span everywhere, under the same ids. Never throws, never waits. `project`: instead of the target's. */
  record(span: SpanRecord, project?: string): void;
  /** Whether the spans of a trace are kept by the sampling rate. */
  keeps(traceId: string): boolean;
  /** Sends what is queued, within the bounded time of the pipelines. */
  shutdown(): Promise<void>;
}

/** What a sink is made of. */
export interface SinkOptions {
  /** Not empty. */
  readonly targets: readonly Target[];
  /** Projects beyond these many get their spans into the targets' own: each has a queue. */
  readonly maxProjects: number;
  /** Of the self-metrics, the plugin's: `llm_telemetry`. */
  readonly prefix: string;
}

/** Opens the way to all targets. Pipelines of further projects open with their first span. */
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
      // One span in two places is the same span.
      const same = pipelines.length > 1 && !span.ids ? { ...span, ids: newSpanIds(span.parent) } : span;
      for (const pipeline of pipelines) pipeline.record(same);
    },
    keeps: (traceId) => keepsTrace(sampler, traceId),
    shutdown: async () => {
      await Promise.all([own, ...byProject.values()].flat().map((pipeline) => pipeline.shutdown()));
    },
  };
}
