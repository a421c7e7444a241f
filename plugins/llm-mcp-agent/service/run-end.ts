import type { RunOutcome } from '../metrics';
import type { AnswerHeaders } from './answer-writer';

/** Why a run was aborted. */
export type AbortCause = 'time' | 'client_left';

/** How a run ended. */
export interface End {
  readonly outcome: RunOutcome;
  readonly errorType?: string;
}

/** The run could be served a moment later. */
export const RETRY_SOON: AnswerHeaders = { 'Retry-After': '1' };
/** Retries of SDKs would repeat the tools. */
export const NO_RETRY: AnswerHeaders = { 'x-should-retry': 'false' };
