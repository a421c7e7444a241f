import { proceed, reject, type OnError, type Outcome, type Plugin, type Reject } from '../pdk';

/** What became of a phase. */
export interface PhaseResult<T> {
  readonly outcome: Outcome;
  /** What `apply` made of the outcome. */
  readonly applied: T;
  /** There when the phase threw; the outcome is then the one of the plugin's policy. */
  readonly failure?: { readonly error: unknown };
}

/** The answer to a request whose guard failed: as Kong's own, and as little said. */
const REFUSED: Reject = reject({
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: '{"message":"An unexpected error occurred"}',
});

/** What a throw means in a phase: in `log` the client has its answer, and there is nothing left to refuse. */
export const policyOf = ({ onError }: Plugin, phase: string): OnError => (phase === 'log' ? 'pass' : onError);

/**
 * Runs a phase. Never rejects, unless `apply` fails for the policy's own plain outcome: a throw is a bug, and the policy
 * says what it means for the request.
 *
 * @param decide decodes the facts and calls the handler; gives an outcome; what it gives in `log` is ignored
 * @param apply carries the outcome out, or encodes it; an outcome that it can't apply is a throw as well
 */
export async function runPhase<T>(
  plugin: Plugin,
  phase: string,
  decide: () => unknown,
  apply: (outcome: Outcome) => T | Promise<T>,
): Promise<PhaseResult<T>> {
  try {
    const decided = await decide();
    const outcome = phase === 'log' ? proceed() : (decided as Outcome);
    return { outcome, applied: await apply(outcome) };
  } catch (error) {
    const outcome = policyOf(plugin, phase) === 'reject' ? REFUSED : proceed();
    return { outcome, applied: await apply(outcome), failure: { error } };
  }
}
