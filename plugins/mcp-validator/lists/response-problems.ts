import type { Warning } from '../../../kong/pdk';
import { LineBudget } from '../../shared/runtime/line-budget';
import type { HeldRequest } from './held-request';
import type { Verdict } from './verdict';

/** Log lines about responses; a server can cause each of them. */
const LINES_PER_SECOND = 10;

const TEXTS: Readonly<Partial<Record<Verdict['outcome'], string>>> = {
  unreadable: 'response could not be checked: it is not what a client understands',
  too_long: 'response could not be checked: it is longer than max_list_bytes',
  elsewhere:
    'server sends responses on another stream, where they cannot be judged: further requests for them are rejected',
};

/** Returns the function that describes what an operator should know about a verdict, within a budget of lines. */
export function createResponseProblems(
  now: () => number,
): (verdict: Verdict, request: HeldRequest, isBinding: boolean) => readonly Warning[] {
  const lines = new LineBudget(LINES_PER_SECOND);
  return ({ outcome, outputViolations }, { service, requests }, isBinding) => {
    const message =
      outputViolations > 0
        ? 'result of a tool does not match its output schema'
        : isBinding
          ? TEXTS[outcome]
          : undefined;
    const lost = message === undefined ? undefined : lines.take(now());
    if (message === undefined || lost === undefined) return [];
    const fields = { service, methods: [...new Set(requests.map(({ method }) => method))] };
    return [{ fields: lost > 0 ? { ...fields, lost } : fields, message }];
  };
}
