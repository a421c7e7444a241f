import { proceed, read, rejectJson, type FactsOf, type Headers, type Outcome } from '../../kong/pdk';
import type { State } from './state';
import { targetOf, type Rejection } from './tickets/admission';
import { pickHeaders, type Caller } from './tickets/caller';

/** The facts of the access phase. The body stays at Kong: it is streamed to the HTTP listener. */
export const reads = {
  method: read.method(),
  upstreamPath: read.upstreamPath(),
  headers: read.headers(),
  consumer: read.consumer(),
  credentialId: read.credentialId(),
  address: read.forwardedIp(),
  requestId: read.requestId(),
};

type Facts = FactsOf<typeof reads>;

/** A configuration holds at most this many tickets for each run that it may have. */
const TICKETS_PER_RUN = 4;

/** Admits a request: it proceeds to the HTTP listener with a ticket that stands for its caller. */
export function access(state: State, facts: Facts): Outcome {
  const { config, process, usage } = state;
  const { headers } = facts;
  const origins = headers.all('origin');
  if (origins.some((origin) => !state.isOriginAllowed(origin))) {
    return rejectWith({ status: 403, reason: 'origin_not_allowed', message: 'the Origin is not allowed' });
  }
  const target = targetOf(facts.method, facts.upstreamPath);
  if ('status' in target) return rejectWith(target);
  if (headers.all('x-agent-run').some((run) => process.isLive(run))) {
    return rejectWith({
      status: 508,
      reason: 'loop',
      message: 'the agent calls itself: llm_path or a server leads back to it',
    });
  }
  const caller = callerOf(facts, config);
  if (facts.consumer && Object.keys(caller.forwarded).length === 0) {
    // Without the credential, the calls of the agent would be those of another caller.
    return rejectWith(
      { status: 500, reason: 'credential_not_forwarded', message: 'the credential is not forwarded' },
      {
        fields: { consumer: facts.consumer.username },
        message:
          'the credential of a request is in none of forward_headers: set hide_credentials: false, and accept credentials in headers only',
      },
    );
  }
  const ticket =
    usage.runs < config.max_runs
      ? process.tickets.issue({ state, caller, target }, TICKETS_PER_RUN * config.max_runs)
      : undefined;
  if (ticket === undefined) {
    return rejectWith({
      status: 503,
      reason: 'busy',
      message: 'too many runs at the same time',
      headers: { 'Retry-After': '1' },
    });
  }
  return proceed({ reason: target.kind, upstreamHeaders: { 'X-Agent-Ticket': ticket } });
}

function callerOf({ headers, consumer, credentialId, address, requestId }: Facts, config: State['config']): Caller {
  return {
    consumerId: consumer?.id,
    consumerName: consumer?.username,
    credentialId,
    address,
    requestId,
    traceparent: headers.get('traceparent'),
    sessionId: headers.get('x-session-id')?.slice(0, MAX_SESSION_LENGTH),
    forwarded: pickHeaders(headers, config.forward_headers),
    toLlm: pickHeaders(headers, config.pass_to_llm),
    clientRequestId: requestIdIn(headers),
    wantsEvents: headers.get('x-agent-events') === '1',
  };
}

const MAX_SESSION_LENGTH = 256;

const requestIdIn = (headers: Headers): string | undefined => headers.get('x-request-id');

const rejectWith = (
  { status, reason, message, headers }: Rejection,
  warning?: { fields: object; message: string },
): Outcome => ({
  ...rejectJson(status, { message }, { reason, ...(headers && { headers }) }),
  ...(warning && { warnings: [warning] }),
});
