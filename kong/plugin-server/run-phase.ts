import { proceed, reject, type OnError, type Outcome, type Plugin, type Reject } from '../pdk';

/** The result of a phase. */
export interface PhaseResult<T> {
  readonly outcome: Outcome;
  /** The result of `apply` for the outcome. */
  readonly applied: T;
  /** Set when the phase threw; the outcome then follows the plugin's `onError`. */
  readonly failure?: { readonly error: unknown };
}

/** The response to a request whose guard failed: the same as Kong's own, without details. */
const INTERNAL_ERROR: Reject = reject({
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: '{"message":"An unexpected error occurred"}',
});

/** What happens when a phase throws. In `log` the client already has its response, so nothing can be rejected. */
export const policyOf = ({ onError }: Plugin, phase: string): OnError => (phase === 'log' ? 'pass' : onError);

/**
 * Runs a phase. A throw is a bug; the plugin's `onError` decides what happens to the request. Never rejects, unless `apply`
 * fails for that plain outcome too.
 *
 * @param decide decodes the facts, calls the handler and returns an outcome; in `log` the returned value is ignored
 * @param apply carries out or encodes the outcome; if it throws, that counts as a throw of the phase
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
    const outcome = policyOf(plugin, phase) === 'reject' ? INTERNAL_ERROR : proceed();
    return { outcome, applied: await apply(outcome), failure: { error } };
  }
}
