/** The parameters of a challenge that depend on the request. */
export interface ChallengeParameters {
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly description?: string;
  readonly scopes?: readonly string[];
}

/**
 * The value of WWW-Authenticate for a protected resource (RFC 6750, section 3; RFC 9728, section 5.1).
 *
 * @param fixed parameters that all challenges of the resource have, such as `resource_metadata="..."`; may be empty
 */
export function bearerChallenge({ error, description, scopes = [] }: ChallengeParameters, fixed: string): string {
  const parameters = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description=${quoted(description)}`]),
    ...(scopes.length === 0 ? [] : [`scope=${quoted(scopes.join(' '))}`]),
    ...(fixed === '' ? [] : [fixed]),
  ];
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`;
}

/** A quoted string of HTTP (RFC 9110, section 5.6.4). */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** True for a text that a quoted string can hold on every hop: printable ASCII. */
export const isQuotable = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
