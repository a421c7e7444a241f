import type { DialogueContent, DialogueFacts } from '../apis/dialogue';
import type { RunOutcome } from '../metrics';
import type { CallReport } from './call-tools';

/** What a run did, for its span, the metrics and the audit. */
export interface RunReport {
  readonly runId: string;
  readonly api: string;
  readonly model: string | undefined;
  readonly facts: DialogueFacts | undefined;
  /** Undefined if it is not captured. */
  readonly content: DialogueContent | undefined;
  readonly outcome: RunOutcome;
  /** `error.type` of the conventions; undefined without an error. */
  readonly errorType: string | undefined;
  readonly stoppedBy: string | undefined;
  readonly rounds: number;
  readonly deferred: number;
  readonly calls: readonly CallReport[];
  readonly startMs: number;
  readonly endMs: number;
}
