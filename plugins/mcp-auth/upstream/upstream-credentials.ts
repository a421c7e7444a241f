import { CredentialCache } from './credential-cache';
import type { TokenEndpoint } from './token-endpoint';
import type { UpstreamCredential } from './upstream-credential';

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

/** The credentials for the server behind the gateway. */
export interface UpstreamCredentials {
  /** Finds the credential for a request. A promise only if it must be fetched. */
  readonly find: (inbound: InboundToken | undefined) => UpstreamCredential | Promise<UpstreamCredential>;
  /** See {@link CredentialCache.drop}. */
  readonly drop: (key: string) => boolean;
}

/** Whether the credentials of a mode are fetched, and remembered. */
export const fetchesCredentials = ({ mode }: Pick<UpstreamConfig, 'mode'>): boolean =>
  mode === 'client_credentials' || mode === 'token_exchange';

/** The one credential of mode client_credentials. */
const OWN_KEY = 'gateway';

/** The credentials of a configuration; `endpoint` is there for the modes that fetch tokens. */
export function upstreamCredentials(
  config: UpstreamConfig,
  endpoint: TokenEndpoint | undefined,
  nowMs: () => number,
): UpstreamCredentials {
  if (config.mode === 'static') {
    return fixed({ kind: 'header', name: config.header, value: config.value ?? '' });
  }
  if (!endpoint) return fixed({ kind: 'none' });
  const credentials = new CredentialCache(config.cache, nowMs);
  const drop = (key: string): boolean => credentials.drop(key);
  const target = {
    ...(config.scopes.length > 0 && { scope: config.scopes.join(' ') }),
    ...(config.audience !== undefined && { audience: config.audience }),
    ...(config.resource !== undefined && { resource: config.resource }),
  };
  if (config.mode === 'client_credentials') {
    const form = { grant_type: 'client_credentials', ...target };
    return { drop, find: () => credentials.get(OWN_KEY, undefined, () => endpoint.request(form)) };
  }
  const find: UpstreamCredentials['find'] = (inbound) => {
    if (!inbound) return { kind: 'fault', reason: 'no_exchange' };
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: inbound.token,
      subject_token_type: ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
      ...target,
    };
    // By the token alone, never by a name: two callers must not share one.
    return credentials.get(inbound.digest, inbound.expiresAt, () => endpoint.request(form));
  };
  return { drop, find };
}

const fixed = (credential: UpstreamCredential): UpstreamCredentials => ({
  find: () => credential,
  drop: () => false,
});

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
