import { INTERNAL_ERROR } from '../../shared/mcp/json-rpc/errors';
import type { Decision } from '../decision/decision';
import type { Rules } from '../rules';
import { askedRequestsOf } from './asked-requests';
import type { Hold } from './hold';
import { isHidingList } from './judge-body';

/** Rejects a request for a list that is cut, to a server that sends its lists on another stream. */
export function rejectElsewhere(decision: Decision, { failure }: Hold, { lists }: Pick<Rules, 'lists'>): Decision {
  const { kind, summary } = decision;
  if (kind !== 'pass' || !summary || !askedRequestsOf(summary).some((request) => isHidingList(request, lists))) {
    return decision;
  }
  const headers = { 'Content-Type': 'application/json' };
  return {
    kind: 'reject',
    response: { ...failure, headers, reason: 'lists_elsewhere', code: INTERNAL_ERROR },
    summary,
  };
}
