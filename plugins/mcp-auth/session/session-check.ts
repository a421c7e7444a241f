/** What becomes of a request with a session id. */
export type SessionCheck =
  /** `upstreamId` replaces the id that the client sent. */
  { readonly kind: 'own'; readonly upstreamId?: string } | { readonly kind: 'foreign' };

export const OWN: SessionCheck = { kind: 'own' };
export const FOREIGN: SessionCheck = { kind: 'foreign' };

/** A caller, as far as sessions are concerned. */
export interface SessionCaller {
  readonly principal: string;
  readonly isAnonymous: boolean;
}
