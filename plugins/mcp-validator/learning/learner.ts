import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Metrics, Resources, Warning } from '../../../kong/pdk';
import type { Capture } from '../../shared/captured-body/capture';
import { announcedNamesOf } from '../../shared/mcp/announced-names';
import { LineBudget } from '../../shared/runtime/line-budget';
import { PerProcess } from '../../shared/runtime/per-process';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { compileToolSchema, type ToolSchema } from '../arguments/compile-tool-schema';
import type { AskedRequest } from '../lists/asked-requests';
import type { HeldRequest } from '../lists/held-request';
import type { CompileOutput } from '../lists/judge-in-thread';
import type { AnswerOutcome } from '../lists/verdict';
import { compileOutputSchema, type OutputSchema } from '../outputs/compile-output-schema';
import { calledOutputs, type LearnedOutputs } from '../outputs/learned-outputs';
import type { CurrentPins } from '../pins/current-pins';
import type { DriftClass } from '../pins/drift';
import type { Rules } from '../rules';
import { callerId, type HeaderValues } from './caller-id';
import type { LearningMetrics } from './learning-metrics';
import { warmUp } from './learning-task';
import { learningThreadOf, type LearningThread } from './learning-thread';
import { readCapturedUpdates } from './lists/read-captured-updates';
import type { ToolUpdates, UnreadReason } from './lists/read-tool-updates';
import { NotLearnedLog } from './not-learned-log';
import { CompiledSchemas } from './schemas/compiled-schemas';
import { ProbeQueue } from './schemas/probe-queue';
import type { Findings } from './tools/announced-tool';
import { createToolRegistry, type RegistryConfig, type ToolRegistry } from './tools/tool-registry';

/** Learns the tools of servers from their responses, and reports what it could not learn. */
export interface Learner {
  readonly tools: ToolRegistry;
  /** Returns a function that computes the caller's id at its first call. */
  readonly callerOf: (headers: HeaderValues) => () => string;
  /** Learns from a response of the server. */
  readonly read: (entry: LogEntry, capture: Capture) => Promise<void>;
  /** Learns from a held response before the client gets it. */
  readonly readHeld: (request: HeldRequest, response: HeldResponse) => Promise<LearnedFromHeld>;
  /** A held response was not read: a list in it may contain any tool. */
  readonly missed: (request: HeldRequest, outcome: AnswerOutcome, isEncoded: boolean) => void;
  /** The learned output schemas of the tools that a request calls. `counts`: those that cannot be used are counted. */
  readonly outputsOf: (
    service: string,
    caller: () => string,
    requests: readonly AskedRequest[],
    counts: boolean,
  ) => LearnedOutputs;
  readonly compileOutput: CompileOutput;
  /** Counts what the checks of a request showed about learned schemas. Returns the warnings to log. */
  readonly recordFindings: (service: string, findings: Findings) => readonly Warning[];
}

/** A held response after its content coding was decoded. */
interface HeldResponse {
  readonly bytes: Uint8Array;
  readonly isEventStream: boolean;
  readonly status: number;
}

interface LearnedFromHeld {
  readonly warnings: readonly Warning[];
  /** The tools of the response that the caller can call, as far as that depends on what is learned; undefined: all. */
  readonly usableTools: readonly string[] | undefined;
}

/** Shared by all configurations of a process. */
export interface LearningParts {
  readonly thread: LearningThread;
  readonly queue: ProbeQueue;
  readonly compiled: CompiledSchemas<ToolSchema>;
  readonly compiledOutputs: CompiledSchemas<OutputSchema>;
  /** The key of the hash of callers. */
  readonly key: Uint8Array;
}

const DRIFT_TEXTS: Readonly<Record<DriftClass, string>> = {
  behaviour: 'definition of a pinned tool has changed: its annotations or its required arguments',
  schema: 'definition of a pinned tool has changed: its schemas or its user interface',
  text: 'definition of a pinned tool has changed: its texts',
  definition: 'definition of a pinned tool has changed',
  new: 'a tool is not in the pins file',
  gone: 'a tool of the pins file is missing in the list',
};

/** Why a held response that was not read may contain any list. */
const UNREAD: Readonly<Partial<Record<AnswerOutcome, UnreadReason>>> = {
  too_long: 'incomplete',
  unreadable: 'malformed',
  elsewhere: 'unanswered',
};

/** Log lines about calls; a client can cause each of them. */
const LINES_PER_SECOND = 10;

const perProcess = new PerProcess<LearningParts>();

/** Creates the shared parts; `thread` replaces that of the process in tests. */
export function createLearningParts(thread: LearningThread): LearningParts {
  const monotonic = () => performance.now();
  return {
    thread,
    queue: new ProbeQueue(thread.probe, monotonic),
    compiled: new CompiledSchemas(monotonic, compileToolSchema),
    compiledOutputs: new CompiledSchemas(monotonic, compileOutputSchema),
    key: randomBytes(32),
  };
}

const partsOf = (metrics: Metrics): LearningParts =>
  perProcess.get(metrics, 'learning', () => createLearningParts(learningThreadOf(metrics)));

/** The learner of a configuration. */
export function createLearner(
  config: RegistryConfig,
  {
    configuredTools,
    unknownTools,
    lists,
    outputs,
  }: Pick<Rules, 'configuredTools' | 'unknownTools' | 'lists' | 'outputs'>,
  pins: CurrentPins,
  { metrics, log, now }: Pick<Resources, 'metrics' | 'log' | 'now'>,
  learningMetrics: LearningMetrics,
  parts: LearningParts = partsOf(metrics),
): Learner {
  const notLearnedLog = new NotLearnedLog(log, learningMetrics);
  const lines = new LineBudget(LINES_PER_SECOND);
  const knownNames = announcedNamesOf(metrics);
  const learnsOutputs = outputs.learnedMode !== 'off';
  const tools = createToolRegistry(
    config,
    configuredTools,
    { ...parts, now, pins: pins.get },
    {
      onLearned: learningMetrics.learned,
      onNotLearned: (service, reason, tool, problem) => {
        notLearnedLog.report({ service, reason, tool, problem });
      },
    },
    learnsOutputs,
  );
  if (config.tools.learn !== 'off') warmUp();

  /** Returns the warnings about drifts. */
  function absorb(
    service: string,
    caller: string | undefined,
    updates: ToolUpdates,
    isSuccess: boolean,
    requestId?: string,
  ): readonly Warning[] {
    for (const { tools: listed } of isSuccess ? updates.pages : []) {
      knownNames.addListed(
        service,
        'tools/call',
        listed.map(({ name }) => name),
      );
    }
    const { drifts, notLearned } = tools.learn(service, caller, updates, isSuccess);
    for (const [reason, count] of notLearned) {
      notLearnedLog.report({ service, reason, ...(requestId !== undefined && { request_id: requestId }) }, count);
    }
    return drifts.map(({ tool, class: kind, parts: changed }) => {
      learningMetrics.drifted(service, kind);
      return { fields: { service, tool, ...(changed.length > 0 && { changed }) }, message: DRIFT_TEXTS[kind] };
    });
  }

  function usableToolsOf(service: string, caller: string, { pages }: ToolUpdates): readonly string[] | undefined {
    const knowledge = lists.dependsOnList ? tools.knowledgeFor(service, () => caller) : undefined;
    if (!knowledge) return undefined;
    const names = new Set(pages.flatMap((page) => page.tools.map(({ name }) => name)));
    return [...names].filter((name) => {
      const denial = knowledge.denialOf(name);
      return (
        (denial === undefined || denial === 'unusable_schema') && (unknownTools === 'pass' || knowledge.isKnown(name))
      );
    });
  }

  return {
    tools,
    callerOf: (headers) => {
      let id: string | undefined;
      return () => (id ??= callerId(headers, parts.key));
    },
    read: async (entry, capture) => {
      const { requestId, responseHeaders, status } = entry;
      const head = {
        mediaType: mediaTypeOf(responseHeaders),
        encoding: headerOf(responseHeaders, 'content-encoding'),
        status,
      };
      const updates = await readCapturedUpdates(capture, head, parts.thread.read, pins.isLocked);
      if (updates.pages.length === 0 && !updates.listChanged && updates.unread === undefined) return;
      const service = entry.service.name;
      const isSuccess = status >= 200 && status < 300;
      for (const { fields, message } of absorb(service, capture.caller, updates, isSuccess, requestId)) {
        log.warn({ ...fields, request_id: requestId }, message);
      }
    },
    readHeld: async ({ requests, service, callerId: caller }, { bytes, isEventStream, status }) => {
      const asksForTools = requests.some(({ method }) => method === 'tools/list');
      if (caller === undefined || !asksForTools) return { warnings: [], usableTools: undefined };
      const updates = await parts.thread.read({
        asked: requests.map(({ id, method, hasCursor = false }) => ({
          id,
          isList: method === 'tools/list',
          hasCursor,
        })),
        isAskedCut: false,
        isEventStream,
        isAccepted: status === 200,
        bytes,
        isCut: false,
        isBrokenOff: false,
        withParts: pins.isLocked,
        withOutputs: learnsOutputs,
      });
      const warnings = absorb(service, caller, updates, true);
      return { warnings, usableTools: usableToolsOf(service, caller, updates) };
    },
    missed: ({ requests, service, callerId: caller }, outcome, isEncoded) => {
      if (caller === undefined || !requests.some(({ method }) => method === 'tools/list')) return;
      const unread = isEncoded && outcome === 'unreadable' ? 'encoding' : UNREAD[outcome];
      if (unread === undefined) return;
      absorb(service, caller, { pages: [], listChanged: false, unread }, true);
    },
    outputsOf: (service, caller, requests, counts) => {
      const { schemas, unchecked } = calledOutputs(requests, outputs, (tool) => tools.outputOf(service, caller, tool));
      if (counts) for (const reason of unchecked) learningMetrics.uncheckedOutput(service, reason);
      return schemas;
    },
    compileOutput: (service, schema) => parts.compiledOutputs.get(service, schema),
    recordFindings: (service, { mismatches, unchecked }) => {
      for (const { reason } of unchecked) learningMetrics.unchecked(service, reason);
      if (mismatches.length > 0) learningMetrics.mismatched(service, mismatches.length);
      return mismatches.flatMap((mismatch) => mismatchWarning(lines, now(), { service, ...mismatch }));
    },
  };
}

/** No warning beyond the line budget; the next one says how many were lost. */
function mismatchWarning(lines: LineBudget, nowMs: number, fields: object): readonly Warning[] {
  const lost = lines.take(nowMs);
  if (lost === undefined) return [];
  const message = 'call does not match the learned schema of its tool';
  return [{ fields: lost > 0 ? { ...fields, lost } : fields, message }];
}
