import { ask, proceed, read, reject, type Consumer, type Decided, type FactsOf, type Outcome } from '../../kong/pdk';
import { denied } from '../shared/mcp/denial';
import { IDENTITY_KEY, identityToShared } from '../shared/mcp/identity';
import { isModern, isRevision } from '../shared/mcp/revisions';
import { auditLine } from './audit';
import { identify, type Caller, type Fault } from './identify';
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
  const { sessions, metrics, config } = state;
  record(request, 'pass', caller);
  if (config.audit) state.log.info(auditLine(facts, caller, consumer), 'request passed');
  const { clearUpstreamHeaders } = cleaned(state, facts, caller);
  const { headers } = facts;
  const hasUnusedSession = headers.has(SESSION_HEADER) && hasNoSessions(headers.get('mcp-protocol-version'));
  if (caller.isCut) metrics.cut();
  return proceed({
    ...authentication(caller, consumer),
    share: {
      [IDENTITY_KEY]: identityToShared(caller.identity),
      ...(caller.aclGroups.length > 0 && { authenticated_groups: caller.aclGroups }),
      ...(sessions instanceof Sealed && { mcp_session_key: sessions.keyOf(caller.principal.id) }),
      ...(credential.kind === 'header' && credential.key !== undefined && { [CREDENTIAL_KEY]: credential.key }),
    },
    clearUpstreamHeaders: hasUnusedSession ? [...clearUpstreamHeaders, SESSION_HEADER] : clearUpstreamHeaders,
    upstreamHeaders: {
      ...caller.headers,
      ...(caller.kind === 'kong' ? {} : consumerHeaders(caller, consumer)),
      ...(session.kind === 'own' && session.upstreamId !== undefined && { 'Mcp-Session-Id': session.upstreamId }),
      ...(credential.kind === 'header' && { [credential.name]: credential.value }),
    },
  });
}

/** What Kong is told; nothing about a caller that it authenticated itself. */
function authentication(caller: Caller, consumer: Consumer | undefined) {
  if (caller.kind === 'kong' || (caller.kind === 'anonymous' && !consumer)) return {};
  const found = consumer ? { consumer } : {};
  if (caller.kind === 'anonymous') return { authenticate: found };
  const { uuid } = caller.principal;
  return { authenticate: { ...found, credential: { id: uuid, consumerId: consumer?.id ?? uuid } } };
}

/** The headers that an authentication plugin of Kong would set. */
function consumerHeaders({ kind, principal }: Caller, consumer: Consumer | undefined): Record<string, string> {
  return {
    ...(consumer && {
      'X-Consumer-Id': consumer.id,
      ...(consumer.username !== '' && { 'X-Consumer-Username': consumer.username }),
      ...(consumer.customId !== '' && { 'X-Consumer-Custom-Id': consumer.customId }),
    }),
    ...(kind === 'token' && { 'X-Credential-Identifier': principal.uuid }),
    ...(kind === 'anonymous' && consumer && { 'X-Anonymous-Consumer': 'true' }),
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
    ...(fault && { reason: fault.reason }),
    cached,
    durationMs: performance.now() - startedAtMs,
  });
}
