import { RecentMap } from '../cache/recent-map';
import { SingleFlight } from '../cache/single-flight';

import type { TokenAnswer, TokenEndpoint, TokenEndpointReason } from './token-endpoint';

/** The fields about the credentials for the backend. */
export interface UpstreamConfig {
  readonly mode: 'none' | 'static' | 'client_credentials' | 'token_exchange' | 'keep';
  readonly header: string;
  readonly value?: string;
  readonly token_endpoint?: string;
  readonly scopes: readonly string[];
  readonly audience?: string;
  readonly resource?: string;
  readonly cache: number;
}

/** The token of the caller, if one was proven. */
export interface InboundToken {
  readonly token: string;
  /** SHA-256 of the token. */
  readonly digest: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** The header for the backend, or why there is none. */
export type UpstreamCredential =
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly reason: TokenEndpointReason | 'no_exchange' };

/** Finds the credential for a request. A promise only if it must be fetched. */
export type UpstreamCredentials = (
  inbound: InboundToken | undefined,
) => UpstreamCredential | Promise<UpstreamCredential>;

const NONE: UpstreamCredential = { kind: 'none' };

/** A token is not used in its last seconds, while it is on its way. */
const SAFETY_S = 30;
/** How long a token of unknown life is used, and how long any. */
const UNKNOWN_LIFE_S = 60;
const MAX_LIFE_S = 3600;

/** The credentials of a configuration; `endpoint` is there for the modes that fetch tokens. */
export function upstreamCredentials(
  config: UpstreamConfig,
  endpoint: TokenEndpoint | undefined,
  nowMs: () => number,
): UpstreamCredentials {
  if (config.mode === 'static') {
    const credential: UpstreamCredential = { kind: 'header', name: config.header, value: config.value ?? '' };
    return () => credential;
  }
  if (!endpoint) return () => NONE;
  const tokens = new TokenCache(config.cache, nowMs);
  const target = {
    ...(config.scopes.length > 0 && { scope: config.scopes.join(' ') }),
    ...(config.audience !== undefined && { audience: config.audience }),
    ...(config.resource !== undefined && { resource: config.resource }),
  };
  if (config.mode === 'client_credentials') {
    const form = { grant_type: 'client_credentials', ...target };
    return () => tokens.get('', undefined, () => endpoint.request(form));
  }
  return (inbound) => {
    if (!inbound) return { kind: 'fault', reason: 'no_exchange' };
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: inbound.token,
      subject_token_type: ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
      ...target,
    };
    // By the token alone, never by a name: two callers must not share one.
    return tokens.get(inbound.digest, inbound.expiresAt, () => endpoint.request(form));
  };
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Tokens for the backend; those that ask for the same one share one request. */
class TokenCache {
  private readonly known: RecentMap<{ readonly credential: UpstreamCredential; readonly untilMs: number }>;
  private readonly flights = new SingleFlight<UpstreamCredential>();

  constructor(
    max: number,
    private readonly nowMs: () => number,
  ) {
    this.known = new RecentMap(max);
  }

  get(
    key: string,
    endsAtS: number | undefined,
    fetch: () => Promise<TokenAnswer>,
  ): UpstreamCredential | Promise<UpstreamCredential> {
    const found = this.known.get(key);
    if (found && found.untilMs > this.nowMs()) return found.credential;
    return this.flights.run(key, async () => {
      const answer = await fetch();
      if (answer.kind === 'fault') return answer;
      const credential = { kind: 'header', name: 'Authorization', value: `Bearer ${answer.token}` } as const;
      const lifeS = answer.expiresInS === undefined ? UNKNOWN_LIFE_S : answer.expiresInS - SAFETY_S;
      const untilMs = Math.min(this.nowMs() + 1000 * Math.min(lifeS, MAX_LIFE_S), 1000 * (endsAtS ?? Infinity));
      this.known.set(key, { credential, untilMs });
      return credential;
    });
  }
}
