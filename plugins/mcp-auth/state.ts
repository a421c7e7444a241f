import type { Log, Resources } from '../../kong/pdk';
import { HttpClient } from '../shared/http/http-client';
import { LineBudget } from '../shared/runtime/line-budget';
import { compileAnswers, fixedParameters, type AnswerTo } from './answers';
import { Consumers } from './identity/consumers';
import { principalOf, type Principal } from './identity/principal';
import { Fetcher, type ClientCredentials } from './issuers/fetcher';
import { Issuer } from './issuers/issuer';
import { metadataEndpoint, type MetadataEndpoint } from './metadata/metadata-endpoint';
import { createMetrics, type AuthMetrics } from './metrics';
import { compileRules, type Rules } from './rules';
import type { Config } from './schema';
import { FirstUse } from './session/first-use';
import { Sealed } from './session/sealed';
import { TokenProver } from './token/token-prover';
import { TokenEndpoint } from './upstream/token-endpoint';
import { fetchesCredentials, upstreamCredentials, type UpstreamCredentials } from './upstream/upstream-credentials';

/** What one configuration needs on each request. */
export interface State {
  readonly config: Config;
  readonly rules: Rules;
  /** Parameters of each challenge, without and with a slash at the end of the path. */
  readonly challenges: readonly [plain: string, slashed: string];
  readonly answerTo: AnswerTo;
  readonly metadata: MetadataEndpoint;
  readonly prover: TokenProver;
  readonly consumers: Consumers;
  readonly sessions: FirstUse | Sealed | undefined;
  readonly anonymous: Principal;
  readonly upstream: UpstreamCredentials;
  readonly metrics: AuthMetrics;
  readonly lines: LineBudget;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly close: () => void;
}

/** How long a start waits for authorization servers, in milliseconds. */
const MAX_START_WAIT_MS = 1000;

/**
 * Compiles a configuration and fetches keys. An authorization server that is not available does not keep it from starting.
 *
 * @throws Error that names the field, when the configuration is wrong
 */
export async function prepare(config: Config, resources: Resources): Promise<State> {
  const { scope, log, now: nowMs } = resources;
  if (scope.consumerId !== undefined) {
    throw new Error('consumer: mcp-auth cannot be scoped to a consumer, because none is known before it ran');
  }
  if (config.mode === 'report' && scope.serviceId === undefined && scope.routeId === undefined) {
    throw new Error('mode: report lets strangers pass, so it needs a service or a route');
  }
  const rules = compileRules(config);
  const { resource, required } = rules;
  const metrics = createMetrics(resources.metrics);
  const http = new HttpClient({ timeoutMs: config.timeout, sslVerify: config.ssl_verify });
  const fetcherFor = (url: string): Fetcher => new Fetcher(http, metrics.fetchedFrom(new URL(url).host));
  const issuers = issuersOf(config, rules, fetcherFor, log, nowMs);
  const answers = { resource, realm: config.realm };
  const challenges = [fixedParameters(answers, false), fixedParameters(answers, true)] as const;
  const asked = [...new Set([...required, ...config.scopes_challenge])];
  const prover = new TokenProver(rules, issuers, challenges[0], proverOptions(config), nowMs);
  const anonymous = principalOf('anonymous');
  const sessions = sessionsOf(config, anonymous, log, nowMs);
  const untrack = metrics.track({ tokens: prover, sessions, issuers });
  await withinStartWait(issuers.map((issuer) => issuer.open()));
  return {
    config,
    rules,
    challenges,
    answerTo: compileAnswers({ ...answers, required, asked }),
    metadata: metadataEndpoint(
      resource,
      issuers.map((issuer) => issuer.rules.issuer),
      config,
      () => issuers[0]?.documentText,
    ),
    prover,
    consumers: new Consumers(config.consumer_ttl, nowMs),
    sessions,
    anonymous,
    upstream: upstreamOf(config, issuers[0], fetcherFor, nowMs),
    metrics,
    lines: new LineBudget(config.max_log_lines),
    log,
    nowMs,
    close: () => {
      untrack();
      for (const issuer of issuers) issuer.close();
      http.close();
    },
  };
}

/** Ends fetches in the background and closes connections. */
export const dispose = (state: State): void => {
  state.close();
};

const proverOptions = ({ max_token_bytes, token_cache, token_ttl, leeway }: Config) => ({
  maxTokenBytes: max_token_bytes,
  cacheSize: token_cache,
  tokenTtlMs: token_ttl * 1000,
  leewayS: leeway,
});

/** Makes a fetcher that counts for the host of a URL of the configuration. */
type FetcherFor = (url: string) => Fetcher;

function issuersOf(
  config: Config,
  rules: Rules,
  fetcherFor: FetcherFor,
  log: Log,
  nowMs: () => number,
): readonly Issuer[] {
  const times = {
    ttlMs: config.jwks_ttl * 1000,
    staleMs: config.jwks_stale * 1000,
    cooldownMs: config.jwks_cooldown * 1000,
  };
  const urls = { allowHttp: config.allow_http, allowedHosts: config.allowed_hosts };
  return rules.issuers.map((issuer, index) => {
    const needsDocument = index === 0 && config.legacy_metadata;
    const fetcher = fetcherFor(issuer.issuer);
    return new Issuer(issuer, { fetcher, times, urls, log, nowMs, needsDocument });
  });
}

function sessionsOf(config: Config, anonymous: Principal, log: Log, nowMs: () => number): State['sessions'] {
  const { session_binding, session_secret } = config;
  if (session_binding === 'none') return undefined;
  if (session_binding === 'first_use' || session_secret === undefined) return new FirstUse(nowMs);
  return new Sealed(session_secret, anonymous.id, nowMs, () => {
    log.error({ resource: config.resource }, 'session ids have no seal: add kong/lua/seal-session.lua to the route');
  });
}

function upstreamOf(
  { upstream }: Config,
  first: Issuer | undefined,
  fetcherFor: FetcherFor,
  nowMs: () => number,
): UpstreamCredentials {
  const { token_endpoint, client_id = '', client_secret = '', auth_method } = upstream;
  if (!fetchesCredentials(upstream)) return upstreamCredentials(upstream, undefined, nowMs);
  const client: ClientCredentials = { client_id, client_secret, auth_method };
  const find = () => first?.endpointOf('token_endpoint', token_endpoint) ?? Promise.resolve(undefined);
  const fetcher = fetcherFor(token_endpoint ?? first?.rules.issuer ?? '');
  return upstreamCredentials(upstream, new TokenEndpoint(fetcher, find, client, nowMs), nowMs);
}

async function withinStartWait(work: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const wait = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_START_WAIT_MS);
  });
  await Promise.race([Promise.all(work), wait]);
  clearTimeout(timer);
}
