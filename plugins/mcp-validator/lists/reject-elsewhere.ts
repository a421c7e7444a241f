import { INTERNAL_ERROR } from '../../shared/mcp/json-rpc/errors';
import type { Decision } from '../decision/decision';
import type { Rules } from '../rules';
import { askedRequestsOf } from './asked-requests';
import type { Hold } from './hold';
import { mustCheck } from './must-check';

/** Rejects a request whose response must be judged, to a server that sends its responses on another stream. */
export function rejectElsewhere(
  decision: Decision,
  { failure }: Hold,
  rules: Pick<Rules, 'lists' | 'outputs'>,
): Decision {
  const { kind, summary } = decision;
  if (kind !== 'pass' || !summary || !askedRequestsOf(summary).some((request) => mustCheck(request, rules))) {
    return decision;
  }
  const headers = { 'Content-Type': 'application/json' };
  return {
    kind: 'reject',
    response: { ...failure, headers, reason: 'response_elsewhere', code: INTERNAL_ERROR },
    summary,
  };
}
