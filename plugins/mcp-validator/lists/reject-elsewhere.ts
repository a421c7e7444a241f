import { INTERNAL_ERROR } from '../../shared/mcp/json-rpc/errors';
import type { Decision } from '../decision/decision';
import { askedRequestsOf, type AskedRequest } from './asked-requests';
import type { Hold } from './hold';

/** Rejects a request whose response must be judged, to a server that sends its responses on another stream. */
export function rejectElsewhere(
  decision: Decision,
  { failure }: Hold,
  mustBeJudged: (request: AskedRequest) => boolean,
): Decision {
  const { kind, summary } = decision;
  if (kind !== 'pass' || !summary || !askedRequestsOf(summary).some(mustBeJudged)) {
    return decision;
  }
  const headers = { 'Content-Type': 'application/json' };
  return {
    kind: 'reject',
    response: { ...failure, headers, reason: 'response_elsewhere', code: INTERNAL_ERROR },
    summary,
  };
}
