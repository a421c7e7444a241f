import type { Outcome } from '../../../../kong/pdk';
import { access, type AccessFacts } from '../../../../plugins/mcp-validator/handler';
import type { State } from '../../../../plugins/mcp-validator/state';

/** Decides about a request whose body is not large: the outcome is there at once. */
export function decideSmall(state: State, facts: AccessFacts): Outcome {
  const outcome = access(state, facts);
  if (outcome instanceof Promise) throw new Error('another thread decides about the body');
  return outcome;
}
