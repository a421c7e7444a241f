import { bearerChallenge, quoted, type ChallengeParameters } from '../shared/mcp/challenge';
import type { DenialResponse } from '../shared/mcp/denial';
import { errorBody, INVALID_REQUEST } from '../shared/mcp/json-rpc/errors';
import { metadataUrl, type Resource } from './metadata/resource';
import type { AuthReason } from './reasons';

/** What the responses of one configuration contain. */
export interface AnswerOptions {
  readonly resource: Resource;
  readonly realm: string | undefined;
  /** Every token needs these. */
  readonly required: readonly string[];
  /** What a client without a good token is told to ask for: the required scopes and others. */
  readonly asked: readonly string[];
}

/** The parts of a response that depend on the reason only. */
interface Answer {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly challenge?: Pick<ChallengeParameters, 'error'>;
}

const invalidToken = (description: string): Answer => ({
  status: 401,
  error: 'invalid_token',
  description,
  challenge: { error: 'invalid_token' },
});
const denied = (description: string): Answer => ({ status: 403, error: 'access_denied', description });
const unavailable = (description: string): Answer => ({ status: 503, error: 'temporarily_unavailable', description });

const REJECTED = 'The access token is not valid for this resource';

/** All responses. None contains a value of the client. */
const ANSWERS: Readonly<Record<Exclude<AuthReason, 'session'>, Answer>> = {
  // Without an error code, since the client did not authenticate at all (RFC 6750, section 3.1).
  no_token: { status: 401, error: 'unauthorized', description: 'An access token is required', challenge: {} },
  token_in_query: {
    status: 400,
    error: 'invalid_request',
    description: 'Send the access token in the Authorization header, not in the query',
    challenge: { error: 'invalid_request' },
  },
  malformed: invalidToken('The access token is malformed'),
  algorithm: invalidToken(REJECTED),
  type: invalidToken('This kind of token is not an access token for this resource'),
  issuer: invalidToken(REJECTED),
  key: invalidToken(REJECTED),
  signature: invalidToken(REJECTED),
  expired: invalidToken('The access token expired'),
  not_yet: invalidToken('The access token is not valid yet'),
  audience: invalidToken('The access token is for another resource'),
  inactive: invalidToken('The access token is not active'),
  bound: invalidToken('The access token is bound to a key and cannot be used as a bearer token'),
  grant: invalidToken('The access token cannot be exchanged'),
  // No other token would help, so there is no challenge.
  client: denied('This client is not allowed'),
  claim: denied('The access token lacks a required claim'),
  consumer: denied('The caller is not known to the gateway'),
  no_exchange: denied('The server needs an access token of the caller'),
  scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required scope',
    challenge: { error: 'insufficient_scope' },
  },
  keys: unavailable('The keys of the authorization server are not available'),
  introspection: unavailable('The authorization server is not available'),
  exchange: unavailable('The authorization server is not available'),
  busy: unavailable('Too many tokens are being checked'),
  upstream_credential: {
    status: 502,
    error: 'server_error',
    description: 'The credentials for the server were rejected',
  },
};

/** The response to a request; `hasSlash`: its path ends with a slash. */
export type AnswerTo = (reason: AuthReason, hasSlash: boolean) => DenialResponse;

/** Parameters that every challenge has. */
export const fixedParameters = (
  { resource, realm }: Pick<AnswerOptions, 'resource' | 'realm'>,
  hasSlash: boolean,
): string =>
  [
    ...(realm === undefined ? [] : [`realm=${quoted(realm)}`]),
    `resource_metadata=${quoted(metadataUrl(resource, hasSlash))}`,
  ].join(', ');

/** Makes all responses of a configuration. */
export function compileAnswers(options: AnswerOptions): AnswerTo {
  const [plain, slashed] = [false, true].map((hasSlash) => {
    const entries = Object.entries(ANSWERS) as [Exclude<AuthReason, 'session'>, Answer][];
    const fixed = fixedParameters(options, hasSlash);
    return new Map<AuthReason, DenialResponse>([
      ...entries.map(([reason, answer]) => [reason, responseOf(reason, answer, options, fixed)] as const),
      ['session', SESSION_NOT_FOUND],
    ]);
  });
  return (reason, hasSlash) => (hasSlash ? slashed : plain)?.get(reason) as DenialResponse;
}

const COMMON = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

/** The client starts a new session (2025-11-25, basic/transports "Session Management"). */
const SESSION_NOT_FOUND: DenialResponse = {
  status: 404,
  headers: COMMON,
  body: errorBody(null, { code: INVALID_REQUEST, message: 'Session not found' }),
  reason: 'session',
  code: INVALID_REQUEST,
};

function responseOf(
  reason: AuthReason,
  { status, error, description, challenge }: Answer,
  { required, asked }: AnswerOptions,
  fixed: string,
): DenialResponse {
  const headers: Record<string, string> = { ...COMMON };
  if (challenge) {
    const hasScopes = challenge.error !== 'invalid_request';
    headers['WWW-Authenticate'] = bearerChallenge(
      {
        ...challenge,
        ...(challenge.error !== undefined && { description }),
        scopes: !hasScopes ? [] : reason === 'scope' ? required : asked,
      },
      fixed,
    );
  }
  if (status === 503) headers['Retry-After'] = '1';
  const body = JSON.stringify({ error, error_description: description });
  return { status, headers, body, reason, code: INVALID_REQUEST };
}
