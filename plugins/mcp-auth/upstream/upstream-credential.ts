import type { TokenEndpointReason } from './token-endpoint';

/** The header for the backend, or why there is none. */
export type UpstreamCredential =
  /** `key` names a credential that was fetched, and can be dropped. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string; readonly key?: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly reason: TokenEndpointReason | 'no_exchange' };
