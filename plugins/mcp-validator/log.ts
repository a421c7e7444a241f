import { read, type FactsOf } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared, type Capture } from '../shared/captured-body/capture';
import { warnOfOldCapture } from '../shared/captured-body/warn-of-old-capture';
import { SUMMARY_KEY, summaryFromShared, type MessageSummary } from '../shared/mcp/message-summary';
import { logEntryOf, type LogEntry } from '../shared/telemetry/log-entry';
import { askedRequestsOf } from './lists/asked-requests';
import { HELD_KEY, JUDGED } from './lists/held-request';
import type { OutputSchema } from './outputs/compile-output-schema';
import { compileLearned } from './outputs/learned-outputs';
import type { OutputRules } from './outputs/output-rules';
import { readOutputs } from './outputs/read-outputs';
import type { State } from './state';

/** The facts of the log phase. */
export const logReads = ({ rules: { outputs } }: Pick<State, 'rules'>) => ({
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: warnsOfOutput(outputs) ? read.shared(SUMMARY_KEY, summaryFromShared) : read.known(undefined),
  isJudged: read.shared(HELD_KEY, isJudgedText),
});

const isJudgedText = (value: unknown): boolean => value === JUDGED;

/**
 * Reads the responses that were not held: lists that a server sends unasked, which must not differ from the pins either, and
 * the output of tools.
 */
export async function log(
  state: State,
  { entry: record, capture, summary, isJudged }: FactsOf<ReturnType<typeof logReads>>,
): Promise<void> {
  const { rules, learner, metrics, log: logger, reportOutputs } = state;
  const { outputs } = rules;
  if (!capture || isJudged) return;
  warnOfOldCapture(capture, logger, 'mcp-validator');
  const entry = logEntryOf(record);
  if (!entry || entry.answeredByKong) return;
  if (learner.tools.hasPins) await learner.read(entry, capture);
  if (!warnsOfOutput(outputs) || !summary) return;
  const found = await readOutputs(summary, entry, capture, schemasOf(state, summary, entry, capture));
  metrics.lists.outputViolations(entry.service.name, 'warn', found.length);
  reportOutputs(entry, found);
}

const warnsOfOutput = ({ mode, learnedMode }: OutputRules): boolean => mode === 'warn' || learnedMode === 'warn';

/** The schemas of the called tools. Learned ones that only another thread may use are left out. */
function schemasOf(
  { rules: { outputs }, learner }: State,
  summary: MessageSummary,
  { service }: LogEntry,
  { caller }: Capture,
): (tool: string) => OutputSchema | undefined {
  const requests = outputs.learnedMode === 'warn' && caller !== undefined ? askedRequestsOf(summary) : [];
  const learned = new Map<string, OutputSchema>();
  for (const one of learner.outputsOf(service.name, () => caller ?? '', requests, true)) {
    const [[tool, schema] = []] =
      compileLearned(new Map([one]), (text) => learner.compileOutput(service.name, text)) ?? [];
    if (tool !== undefined && schema) learned.set(tool, schema);
  }
  return (tool) => {
    const configured = outputs.schemaOf(tool);
    if (configured) return outputs.mode === 'warn' ? configured : undefined;
    return learned.get(tool);
  };
}
