import { ask, proceed, read, reject, type Consumer, type Decided, type FactsOf, type Outcome } from '../../kong/pdk';
import { denied } from '../shared/mcp/denial';
import { isModern, isRevision } from '../shared/mcp/revisions';
import { auditLine } from './audit';
import { identify, type Caller, type Fault } from './identify';
import { callerEffects, type CallerEffects } from './identity/caller-effects';
import { headersToClear } from './identity/identity-headers';
import { CREDENTIAL_KEY } from './log';
import type { AuthDecision, CacheUse } from './metrics';
import { Sealed } from './session/sealed';
import { OWN, type SessionCheck } from './session/session-check';
import type { State } from './state';
import type { UpstreamCredential } from './upstream/upstream-credential';

/** The facts of the access phase. */
export const accessReads = ({ config }: Pick<State, 'config'>) => ({
  method: read.method(),
  path: read.path(),
  query: read.rawQuery(),
  headers: read.headers(),
  consumer: read.consumer(),
  credentialId: read.credentialId(),
  service: read.serviceName(),
  requestId: config.audit ? read.requestId() : read.known(''),
});

type Facts = FactsOf<ReturnType<typeof accessReads>>;

const NAME = 'mcp-auth';
const REPORT_HEADER = 'X-MCP-Auth-Report';

/** One request on its way through the checks. */
interface Request {
  readonly state: State;
  readonly facts: Facts;
  readonly startedAtMs: number;
  readonly cached: CacheUse;
}

/** Decides about a request. Returns a promise only if something must be fetched from an authorization server. */
export function access(state: State, facts: Facts): Decided | Promise<Decided> {
  const { method, path } = facts;
  const metadata = state.metadata(method, path);
  if (metadata) return reject(metadata);
  if (method === 'OPTIONS' && !state.config.run_on_preflight) return proceed(cleaned(state, facts));
  const startedAtMs = performance.now();
  const identified = identify(state, facts);
  const cached = identified instanceof Promise ? 'miss' : identified.kind === 'token' ? 'hit' : 'none';
  const request: Request = { state, facts, startedAtMs, cached };
  return after(identified, (one) => (one.kind === 'fault' ? deny(request, one) : withConsumer(request, one)));
}

/** Goes on with a value, at once if it is there. */
const after = <T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> =>
  value instanceof Promise ? value.then(next) : next(value);

/** Finds the consumer of a caller; asks Kong unless it is remembered. */
function withConsumer(request: Request, caller: Caller): Decided | Promise<Decided> {
  const { consumers } = request.state;
  const { consumerName } = caller;
  if (consumerName === undefined) return withSession(request, caller, caller.consumer);
  const known = consumers.get(consumerName);
  if (known) return withSession(request, caller, known.consumer);
  return ask({ found: read.consumerByName(consumerName) }, ({ found }) =>
    withSession(request, caller, consumers.note(consumerName, found)),
  );
}

function withSession(request: Request, caller: Caller, consumer: Consumer | undefined): Outcome | Promise<Outcome> {
  const { config, upstream } = request.state;
  if (!consumer && caller.kind === 'token' && !config.consumer_optional) {
    return deny(request, { kind: 'fault', reason: 'consumer' }, caller);
  }
  const session = checkSession(request, caller);
  if (session.kind === 'foreign') return deny(request, { kind: 'fault', reason: 'session' }, caller);
  return after(upstream.find(caller.inbound), (credential) =>
    credential.kind === 'fault'
      ? deny(request, credential, caller)
      : pass(request, { caller, consumer, session, credential }),
  );
}

const SESSION_HEADER = 'mcp-session-id';

/** Whether the session of a request is the caller's. 2026-07-28 has no sessions: the header is removed, not judged. */
function checkSession({ state: { sessions }, facts: { headers } }: Request, caller: Caller): SessionCheck {
  const [id, second] = headers.all(SESSION_HEADER);
  if (!sessions || id === undefined || hasNoSessions(headers.get('mcp-protocol-version'))) return OWN;
  if (second !== undefined) return { kind: 'foreign' };
  return sessions.check(id, { principal: caller.principal.id, isAnonymous: caller.kind === 'anonymous' });
}

const hasNoSessions = (revision: string | undefined): boolean => isRevision(revision) && isModern(revision);

/** All that is known of a request that passes. */
interface Passing {
  readonly caller: Caller;
  readonly consumer: Consumer | undefined;
  readonly session: SessionCheck;
  readonly credential: UpstreamCredential;
}

function pass(request: Request, { caller, consumer, session, credential }: Passing): Outcome {
  const { state, facts } = request;
  const { metrics, config } = state;
  record(request, 'pass', caller);
  if (config.audit) state.log.info(auditLine(facts, caller, consumer), 'request passed');
  const { clearUpstreamHeaders } = cleaned(state, facts, caller);
  const { headers } = facts;
  if (headers.has(SESSION_HEADER) && hasNoSessions(headers.get('mcp-protocol-version'))) {
    clearUpstreamHeaders.push(SESSION_HEADER);
  }
  if (caller.isCut) metrics.cut();
  const same = callerEffects(caller, consumer);
  const { authenticate } = same;
  const effects = {
    share: shareOf(request, same.share, caller, credential),
    upstreamHeaders: upstreamHeadersOf(same.upstreamHeaders, session, credential),
    clearUpstreamHeaders,
  };
  return proceed(authenticate ? { authenticate, ...effects } : effects);
}

/** What is shared: the same for all requests of a caller, except the key of its session and of its credential. */
function shareOf(
  { state: { sessions } }: Request,
  same: CallerEffects['share'],
  { principal }: Caller,
  credential: UpstreamCredential,
): CallerEffects['share'] {
  const key = credential.kind === 'header' ? credential.key : undefined;
  const isSealed = sessions instanceof Sealed;
  if (!isSealed && key === undefined) return same;
  return {
    ...same,
    ...(isSealed && { mcp_session_key: sessions.keyOf(principal.id) }),
    ...(key !== undefined && { [CREDENTIAL_KEY]: key }),
  };
}

function upstreamHeadersOf(
  same: CallerEffects['upstreamHeaders'],
  session: SessionCheck,
  credential: UpstreamCredential,
): CallerEffects['upstreamHeaders'] {
  const sessionId = session.kind === 'own' ? session.upstreamId : undefined;
  if (sessionId === undefined && credential.kind !== 'header') return same;
  return {
    ...same,
    ...(sessionId !== undefined && { 'Mcp-Session-Id': sessionId }),
    ...(credential.kind === 'header' && { [credential.name]: credential.value }),
  };
}

/** Removes what a client says about its identity, and its token. */
function cleaned(
  state: State,
  { headers }: Pick<Facts, 'headers'>,
  caller?: Caller,
): { readonly clearUpstreamHeaders: string[] } {
  const clear = headersToClear(headers.names(), state.rules.identityHeaders, caller?.kind === 'kong');
  // Mode keep is about proven tokens: nothing else that a client calls its credentials reaches the server.
  const keepsToken = state.config.upstream.mode === 'keep' && caller?.kind === 'token';
  if (!keepsToken && headers.has('authorization')) clear.push('authorization');
  if (headers.has('dpop')) clear.push('dpop');
  return { clearUpstreamHeaders: clear };
}

function deny(request: Request, fault: Fault, caller?: Caller): Outcome {
  const { state, facts } = request;
  const { reason } = fault;
  const isReport = state.config.mode === 'report';
  record(request, isReport ? 'report' : 'reject', caller, fault);
  const warnings = warningsOf(request, fault, caller);
  const answer = state.answerTo(reason, facts.path.endsWith('/'));
  if (!isReport) return { ...reject(denied(NAME, answer)), ...warnings };
  return proceed({
    reason,
    ...warnings,
    responseHeaders: { [REPORT_HEADER]: `status=${answer.status}; reason=${reason}` },
    ...cleaned(state, facts),
  });
}

/** The log line about a rejection: never a token, a subject or a value of a claim. */
function warningsOf({ state, facts: { service } }: Request, fault: Fault, caller?: Caller) {
  const { config, lines, nowMs } = state;
  if (!config.log_errors) return {};
  const dropped = lines.take(nowMs());
  if (dropped === undefined) return {};
  const { reason, issuer, kid, alg, client = caller?.identity.client } = fault;
  const fields = { service, reason, issuer, client, kid, alg, ...(dropped > 0 && { dropped }) };
  return {
    warnings: [{ fields, message: config.mode === 'report' ? 'request would be rejected' : 'request rejected' }],
  };
}

function record(
  { state, facts, startedAtMs, cached }: Request,
  decision: AuthDecision,
  caller?: Caller,
  fault?: Fault,
): void {
  state.metrics.count({
    service: facts.service,
    kind: caller?.kind,
    decision,
    reason: fault?.reason,
    cached,
    durationMs: performance.now() - startedAtMs,
  });
}
