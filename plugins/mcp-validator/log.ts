import { read, type FactsOf } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/captured-body/capture';
import { warnOfOldCapture } from '../shared/captured-body/warn-of-old-capture';
import { SUMMARY_KEY, summaryFromShared } from '../shared/mcp/message-summary';
import { parseLogEntry } from '../shared/telemetry/log-entry';
import { HELD_KEY, JUDGED } from './lists/held-request';
import { readOutputs } from './outputs/read-outputs';
import type { State } from './state';

/** The facts of the log phase. */
export const logReads = ({ rules: { outputs } }: Pick<State, 'rules'>) => ({
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: outputs.mode === 'warn' ? read.shared(SUMMARY_KEY, summaryFromShared) : read.known(undefined),
  isJudged: read.shared(HELD_KEY, isJudgedText),
});

const isJudgedText = (value: unknown): boolean => value === JUDGED;

/**
 * Reads the responses that were not held: lists that a server sends unasked, which must not differ from the pins either, and
 * the output of tools.
 */
export async function log(
  { rules: { outputs }, learner, metrics, log: logger, reportOutputs }: State,
  { entry: text, capture, summary, isJudged }: FactsOf<ReturnType<typeof logReads>>,
): Promise<void> {
  if (!capture || isJudged) return;
  warnOfOldCapture(capture, logger, 'mcp-validator');
  const entry = parseLogEntry(text);
  if (!entry || entry.answeredByKong) return;
  if (learner.tools.hasPins) await learner.read(entry, capture);
  if (outputs.mode !== 'warn' || !summary) return;
  const found = await readOutputs(summary, entry, capture, outputs);
  metrics.lists.outputViolations(entry.service.name, 'warn', found.length);
  reportOutputs(entry, found);
}
