import { proceed, reject, type OnError, type Outcome, type Reject } from '../pdk';

/** What became of a phase; `error` is there when it threw. */
export interface PhaseResult {
  readonly outcome: Outcome;
  readonly error?: unknown;
}

/** The answer to a request whose guard failed: as Kong's own, and as little said. */
const REFUSED: Reject = reject({
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: '{"message":"An unexpected error occurred"}',
});

/**
 * Runs a phase. Never rejects: a throw is a bug, and `onError` says what it means for the request.
 *
 * @param run decodes the facts and calls the handler; gives its outcome, or nothing in a log phase
 */
export async function runPhase(onError: OnError, run: () => unknown): Promise<PhaseResult> {
  try {
    const outcome = (await run()) as Outcome | undefined;
    return { outcome: outcome ?? proceed() };
  } catch (error) {
    return { outcome: onError === 'refuse' ? REFUSED : proceed(), error };
  }
}
