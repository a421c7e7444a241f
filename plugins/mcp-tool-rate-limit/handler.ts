import { proceed, read, reject, type FactsOf, type Outcome, type Resources } from '../../kong/pdk';
import { denied } from '../shared/mcp/denial';
import { errorBody, UNAVAILABLE } from '../shared/mcp/json-rpc/errors';
import { summaryFromShared, NO_MESSAGES, SUMMARY_KEY, type MessageSummary } from '../shared/mcp/message-summary';
import { knownNamesOf } from '../shared/mcp/known-names';
import { sideThreadOf } from '../shared/runtime/side-thread/side-thread';
import { denialAnswer, RATE_LIMITED, unavailableAnswer, type Answer } from './answers';
import type { Caller } from './caller';
import { billOf, tariffOf, type Bill, type Tariff } from './charges';
import type { Counters, Hit, Unavailable } from './counters/counters';
import { clockMs, createCounters } from './create-counters';
import { limitHeaders } from './headers';
import { createCallReader, type CallReader } from './large-bodies/call-reader';
import { MadeUpNames } from './made-up-names';
import { createMeters, type Meters } from './meters';
import type { BodyFault, Calls } from './read-calls';
import { compileRules } from './rules';
import type { Config } from './schema';
import { checkTiers, tierOf } from './tiers';
import { verdictOf } from './verdict';

/** What one configuration needs on each request. */
export interface State {
  readonly config: Config;
  readonly tariff: Tariff;
  readonly counters: Counters;
  readonly readCalls: CallReader;
  readonly meters: Meters;
}

/** The facts of the access phase. */
export const accessReads = {
  headers: read.headers(),
  consumer: read.consumer(),
  credentialId: read.credentialId(),
  ip: read.forwardedIp(),
  service: read.serviceName(),
  summary: read.shared(SUMMARY_KEY, summaryFromShared),
};

type Facts = FactsOf<typeof accessReads>;

/** What is needed where mcp-validator did not read the body. */
export const bodyReads = {
  method: read.method(),
  body: read.rawBody(),
};

type BodyFacts = FactsOf<typeof bodyReads>;

/** Did mcp-validator not read the body? */
export const isBodyNeeded = ({ summary }: Facts): boolean => summary === undefined;

const NAME = 'mcp-tool-rate-limit';
const REPORT_HEADER = 'X-MCP-Tool-Rate-Limit-Report';

/** Compiles a configuration; throws, naming the field, when it can't work. */
export async function prepare(config: Config, resources: Resources): Promise<State> {
  checkTiers(config);
  const rules = compileRules(config);
  const meters = createMeters(resources.metrics);
  const { serviceId = '', routeId = '', consumerId = '' } = resources.scope;
  const tariff = tariffOf(rules, config.match, [serviceId, routeId, consumerId], {
    offered: knownNamesOf(resources.metrics),
    madeUp: new MadeUpNames({ maxNames: config.max_names_per_caller, nowMs: clockMs }),
  });
  return {
    config,
    tariff,
    counters: await createCounters(config, rules, tariff.scope, meters, resources),
    readCalls: createCallReader(config.max_body_bytes, sideThreadOf(resources.metrics)),
    meters,
  };
}

/** Releases the counters. */
export const dispose = (state: State): Promise<void> => state.counters.close();

/** Counts the calls of a request, and refuses it as a whole when one is over a limit. */
export function access(state: State, facts: Facts, body: BodyFacts | undefined): Outcome | Promise<Outcome> {
  const calls = callsOf(state, facts, body);
  return calls instanceof Promise ? calls.then((later) => count(state, facts, later)) : count(state, facts, calls);
}

function callsOf({ readCalls }: State, { summary, headers }: Facts, body: BodyFacts | undefined) {
  if (summary) return { kind: 'calls', summary } as const;
  if (!body) throw new Error('neither a summary of the body nor the body');
  return readCalls({ ...body, headers });
}

function count(state: State, facts: Facts, calls: Calls): Outcome | Promise<Outcome> {
  const { config, tariff, counters, meters } = state;
  const { service } = facts;
  if (calls.kind === 'unreadable') {
    meters.unreadable(service, calls.fault.reason);
    return config.require_valid ? refuseUnreadable(calls.fault) : proceed();
  }
  if (calls.kind === 'busy') {
    meters.unavailable(service);
    return refuse(unavailableAnswer(NO_MESSAGES, config), {}, 'busy', UNAVAILABLE);
  }
  const bill = billOf(calls.summary.messages, callerOf(facts, config), tariff);
  if (bill.charges.length === 0) return proceed();
  const hit = counters.hit(bill.charges, bill.place);
  return hit instanceof Promise
    ? hit.then((later) => conclude(state, service, calls.summary, bill, later))
    : conclude(state, service, calls.summary, bill, hit);
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

function conclude(
  { config, meters }: State,
  service: string,
  summary: MessageSummary,
  bill: Bill,
  hit: Hit | Unavailable,
): Outcome {
  if ('unavailable' in hit) {
    meters.unavailable(service);
    return refuse(unavailableAnswer(summary, config), {}, 'limits_unavailable', UNAVAILABLE);
  }
  const verdict = verdictOf(bill, hit);
  meters.count(service, bill, verdict);
  const headers = limitHeaders(verdict, config);
  if (!verdict.admitted) return refuse(denialAnswer(summary, verdict, config), headers, 'rate_limited', RATE_LIMITED);
  const report = verdict.reported.length > 0 ? { [REPORT_HEADER]: reportOf(verdict.reported) } : {};
  return proceed({ responseHeaders: { ...headers, ...report } });
}

/** Header values are printable ASCII; an id may be anything that its author likes. */
const reportOf = (ids: readonly string[]): string => ids.map((id) => id.replace(/[^\x20-\x7e]/g, '?')).join('; ');

const refuse = ({ status, headers, body }: Answer, limits: Answer['headers'], reason: string, code: number): Outcome =>
  reject(denied(NAME, { status, headers: { ...headers, ...limits }, body, reason, code }));

function refuseUnreadable({ status, code, id, reason, message }: BodyFault): Outcome {
  const headers = { 'Content-Type': 'application/json' };
  return reject(denied(NAME, { status, headers, body: errorBody(id, { code, message }), reason, code }));
}
