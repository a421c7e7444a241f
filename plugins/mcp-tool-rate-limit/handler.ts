import { Headers, proceed, read, reject, type FactsOf, type Outcome } from '../../kong/pdk';
import { denied } from '../shared/mcp/denial';
import { errorBody, UNAVAILABLE } from '../shared/mcp/json-rpc/errors';
import { summaryFromShared, NO_MESSAGES, SUMMARY_KEY, type MessageSummary } from '../shared/mcp/message-summary';
import type { Caller } from './caller';
import { chargesOf, type RequestCharges } from './charges';
import type { Hit, Unavailable } from './counters/counters';
import { decisionOf } from './decision';
import { limitHeaders } from './headers';
import type { BodyFault, Calls } from './read-calls';
import { RATE_LIMITED, rateLimitedResponse, unavailableResponse, type DenialResponse } from './responses';
import type { Config } from './schema';
import type { State } from './state';
import { tierOf } from './tiers';

const NO_HEADERS = Headers.from({});

/** The facts of the access phase: only those that the rules use. */
export const accessReads = ({ needed }: Pick<State, 'needed'>) => ({
  headers: needed.headers ? read.headers() : read.known(NO_HEADERS),
  consumer: needed.consumer ? read.consumer() : read.known(undefined),
  credentialId: needed.credentialId ? read.credentialId() : read.known(undefined),
  ip: needed.ip ? read.forwardedIp() : read.known(''),
  service: read.serviceName(),
  summary: read.shared(SUMMARY_KEY, summaryFromShared),
});

type Facts = FactsOf<ReturnType<typeof accessReads>>;

/** Further facts, needed if mcp-validator did not read the body. */
export const bodyReads = {
  method: read.method(),
  headers: read.headers(),
  body: read.rawBody(),
};

type BodyFacts = FactsOf<typeof bodyReads>;

/** True if mcp-validator did not read the body. */
export const isBodyNeeded = ({ summary }: Facts): boolean => summary === undefined;

const NAME = 'mcp-tool-rate-limit';
const REPORT_HEADER = 'X-MCP-Tool-Rate-Limit-Report';

/** Counts the calls of a request; rejects the whole request if one of them is over a limit. */
export function access(state: State, facts: Facts, body: BodyFacts | undefined): Outcome | Promise<Outcome> {
  const calls = callsOf(state, facts, body);
  return calls instanceof Promise ? calls.then((read) => count(state, facts, read)) : count(state, facts, calls);
}

function callsOf({ readCalls }: State, { summary }: Facts, body: BodyFacts | undefined) {
  if (summary) return { kind: 'calls', summary } as const;
  if (!body) throw new Error('neither the body nor its summary was read');
  return readCalls(body);
}

function count(state: State, facts: Facts, calls: Calls): Outcome | Promise<Outcome> {
  const { config, policy, counters, metrics } = state;
  const { service } = facts;
  if (calls.kind === 'unreadable') {
    metrics.unreadable(service, calls.fault.reason);
    return config.require_valid ? rejectUnreadable(calls.fault) : proceed();
  }
  if (calls.kind === 'busy') {
    metrics.unavailable(service);
    return rejectWith(unavailableResponse(NO_MESSAGES, config), {}, 'busy', UNAVAILABLE);
  }
  const charges = chargesOf(calls.summary.messages, callerOf(facts, config), policy);
  if (charges.charges.length === 0) return proceed();
  const hit = counters.hit(charges.charges, charges.hashTag);
  return hit instanceof Promise
    ? hit.then((counted) => decide(state, service, calls.summary, charges, counted))
    : decide(state, service, calls.summary, charges, hit);
}

function callerOf({ consumer, credentialId, ip, headers, service }: Facts, config: Config): Caller {
  const groupHeaders = headers.all('x-consumer-groups');
  return {
    consumerId: consumer?.id,
    credentialId,
    ip,
    headerValues: (name) => headers.all(name),
    service,
    tier: tierOf({ tags: consumer?.tags, groupHeaders }, config),
  };
}

function decide(
  { config, metrics }: State,
  service: string,
  summary: MessageSummary,
  charges: RequestCharges,
  hit: Hit | Unavailable,
): Outcome {
  if ('unavailable' in hit) {
    metrics.unavailable(service);
    return rejectWith(unavailableResponse(summary, config), {}, 'limits_unavailable', UNAVAILABLE);
  }
  const decision = decisionOf(charges, hit);
  metrics.count(service, charges, decision);
  const headers = limitHeaders(decision, config);
  if (!decision.admitted) {
    return rejectWith(rateLimitedResponse(summary, decision, config), headers, 'rate_limited', RATE_LIMITED);
  }
  if (decision.reported.length === 0) return proceed({ responseHeaders: headers });
  return proceed({ responseHeaders: { ...headers, [REPORT_HEADER]: reportOf(decision.reported) } });
}

/** Header values are printable ASCII, but the configuration may use any text as an id. */
const reportOf = (ids: readonly string[]): string => ids.map((id) => id.replace(/[^\x20-\x7e]/g, '?')).join('; ');

const rejectWith = (
  { status, headers, body }: DenialResponse,
  limits: DenialResponse['headers'],
  reason: string,
  code: number,
): Outcome => reject(denied(NAME, { status, headers: { ...headers, ...limits }, body, reason, code }));

function rejectUnreadable({ status, code, id, reason, message }: BodyFault): Outcome {
  const headers = { 'Content-Type': 'application/json' };
  return reject(denied(NAME, { status, headers, body: errorBody(id, { code, message }), reason, code }));
}
