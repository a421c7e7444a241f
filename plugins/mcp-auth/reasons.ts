/** Why a request is rejected: a value of a metric label and of log lines. */
export type AuthReason = TokenReason | RequestReason | UnavailableReason;

/** What is wrong with a token. */
export type TokenReason =
  | 'malformed'
  | 'algorithm'
  | 'type'
  | 'issuer'
  | 'key'
  | 'signature'
  | 'expired'
  | 'not_yet'
  | 'audience'
  | 'inactive'
  | 'bound'
  | 'grant'
  | 'client'
  | 'claim'
  | 'scope';

/** What is wrong with the request or its caller. */
export type RequestReason = 'no_token' | 'token_in_query' | 'consumer' | 'no_exchange' | 'session';

/** What the decision depends on and is not available. */
export type UnavailableReason = 'keys' | 'introspection' | 'exchange' | 'busy' | 'upstream_credential';
