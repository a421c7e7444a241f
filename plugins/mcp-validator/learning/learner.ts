import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Log, Metrics, Resources } from '../../../kong/pdk';
import type { Capture } from '../../shared/captured-body/capture';
import { offeredNamesOf } from '../../shared/mcp/known-names';
import { LineBudget } from '../../shared/runtime/line-budget';
import { PerProcess } from '../../shared/runtime/per-process';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import { callerId, type HeaderValues } from './caller-id';
import type { LearningMeters } from './learning-metrics';
import { warmUp } from './learning-task';
import { learningThreadOf, type LearningThread } from './learning-thread';
import { readCapturedNews } from './lists/read-captured-updates';
import { UnlearnedLog } from './not-learned-log';
import { CompiledShelf } from './schemas/compiled-schemas';
import { ProbeQueue } from './schemas/probe-queue';
import type { Notes } from './tools/announced-tool';
import { createToolWatch, type ToolWatch, type WatchConfig } from './tools/tool-registry';

/** Where a request goes, for log lines and labels. */
interface Place {
  readonly service: string;
  readonly requestId: string | undefined;
}

/** Learns the tools of servers from what passes, and tells what it could not learn. */
export interface Learner {
  readonly tools: ToolWatch;
  /** Names who sends a request, when it is asked for. */
  readonly callerOf: (headers: HeaderValues) => () => string;
  /** Takes in what the server answered. */
  readonly read: (entry: LogEntry, capture: Capture) => Promise<void>;
  /** Counts and logs what judging a request showed of learned schemas. */
  readonly tellNotes: (place: Place, notes: Notes) => void;
}

/** What all configurations of a process share. */
export interface LearningParts {
  readonly thread: LearningThread;
  readonly queue: ProbeQueue;
  readonly compiled: CompiledShelf;
  /** Of the names of callers. */
  readonly key: Uint8Array;
}

/** Lines about calls; a client can provoke each. */
const LINES_PER_SECOND = 10;

const perProcess = new PerProcess<LearningParts>();

/** `thread`: in place of the one of the process, for tests. */
export function createLearningParts(thread: LearningThread): LearningParts {
  const monotonic = () => performance.now();
  return {
    thread,
    queue: new ProbeQueue(thread.probe, monotonic),
    compiled: new CompiledShelf(monotonic),
    key: randomBytes(32),
  };
}

const partsOf = (metrics: Metrics): LearningParts =>
  perProcess.get(metrics, 'learning', () => createLearningParts(learningThreadOf(metrics)));

/** The learner of a configuration. */
export function createLearner(
  config: WatchConfig,
  configured: ToolKnowledge,
  { metrics, log, now }: Pick<Resources, 'metrics' | 'log' | 'now'>,
  meters: LearningMeters,
  parts: LearningParts = partsOf(metrics),
): Learner {
  const unlearned = new UnlearnedLog(log, meters);
  const lines = new LineBudget(LINES_PER_SECOND);
  const offered = offeredNamesOf(metrics);
  const tools = createToolWatch(
    config,
    configured,
    { ...parts, now },
    {
      onLearned: meters.learned,
      onUnlearned: (service, reason, tool, problem) => {
        unlearned.tell({ service, reason, tool, problem });
      },
    },
  );
  if (config.tools.learn !== 'off') warmUp();
  return {
    tools,
    callerOf: (headers) => {
      let name: string | undefined;
      return () => (name ??= callerId(headers, parts.key));
    },
    read: async (entry, capture) => {
      const { requestId, responseHeaders, status } = entry;
      const head = {
        mediaType: mediaTypeOf(responseHeaders),
        encoding: headerOf(responseHeaders, 'content-encoding'),
        status,
      };
      const news = await readCapturedNews(capture, head, parts.thread.read);
      if (news.pages.length === 0 && !news.listChanged && news.unread === undefined) return;
      const service = entry.service.name;
      const isSuccess = status >= 200 && status < 300;
      for (const { tools: listed } of isSuccess ? news.pages : []) {
        offered.list(
          service,
          'tools/call',
          listed.map(({ name }) => name),
        );
      }
      const learning = tools.learn(service, capture.caller, news, isSuccess);
      for (const [reason, count] of learning.unlearned) unlearned.tell({ service, reason, requestId }, count);
      if (learning.changed.length > 0) meters.changed(service, learning.changed.length);
      for (const tool of learning.changed)
        log.warn({ service, tool, requestId }, 'a pinned tool has another definition');
    },
    tellNotes: (place, { mismatches, unchecked }) => {
      for (const { reason } of unchecked) meters.unchecked(place.service, reason);
      if (mismatches.length > 0) meters.mismatched(place.service, mismatches.length);
      for (const mismatch of mismatches) tellMismatch(log, lines, now(), { ...placeOf(place), ...mismatch });
    },
  };
}

const placeOf = ({ service, requestId }: Place): Place => ({ service, requestId });

function tellMismatch(log: Log, lines: LineBudget, nowMs: number, fields: object): void {
  const lost = lines.take(nowMs);
  if (lost === undefined) return;
  log.warn(lost > 0 ? { ...fields, lost } : fields, 'a call breaks the learned schema of its tool');
}
