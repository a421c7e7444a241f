import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { principalOf } from '../../plugins/mcp-auth/identity/principal';
import { ISSUER, jwksOf, signingKey, tokenOf, type SigningKey } from '../support/access-tokens';
import type { Case } from './case';
import { ask } from './requests';

/** mcp-auth with plugins of Kong that act on who calls: both gateways get its effects from the same plugin server. */

const key: SigningKey = signingKey('k1');

const SECRET = 'a secret of 32 characters, or more';
const SEAL = readFileSync(join(__dirname, '../../kong/lua/seal-session.lua'), 'utf8');

/** The id `id-1` with the seal of a user. */
function sealed(user: string): string {
  const { id } = principalOf('token', ISSUER, user, 'client-1');
  const sealKey = createHmac('sha256', SECRET).update(id).digest('base64url');
  return `Mcp-Session-Id: id-1.${createHmac('sha1', sealKey).update('id-1').digest('base64url')}`;
}

/** Makes a service of the declarative file. */
type MakeService = (name: string, plugins?: object[], more?: object, route?: object) => object;

const resourceOf = (name: string): string => `https://ai.example.com/${name}`;
const METADATA = '/.well-known/oauth-protected-resource';

const auth = (name: string, config: object = {}) => ({
  name: 'mcp-auth',
  config: {
    resource: resourceOf(name),
    issuers: [{ issuer: ISSUER, discovery: false, jwks: JSON.stringify(jwksOf(key)) }],
    consumer_claim: '/name',
    consumer_ttl: 0,
    ...config,
  },
});

/** The services of these cases. */
export function authServices(service: MakeService): object[] {
  const paths = ['/auth', `${METADATA}/auth`, `~${METADATA}/?$`];
  return [
    service(
      'auth',
      [auth('auth', { scopes_required: ['mcp'], claims_to_headers: { 'X-Tenant': '/tenant' } })],
      {},
      { paths },
    ),
    service('auth-known', [auth('auth-known', { consumer_optional: false })]),
    service('auth-acl', [auth('auth-acl'), { name: 'acl', config: { allow: ['gold'] } }]),
    service('auth-groups', [
      auth('auth-groups', { authenticated_groups_claim: '/roles' }),
      { name: 'acl', config: { allow: ['gold'], always_use_authenticated_groups: true } },
    ]),
    service('auth-key', [
      { name: 'key-auth', config: { anonymous: 'guest', hide_credentials: true } },
      auth('auth-key'),
    ]),
    service('auth-rate', [auth('auth-rate'), { name: 'rate-limiting', config: { hour: 1, policy: 'local' } }]),
    service('auth-cors', [{ name: 'cors', config: { exposed_headers: ['WWW-Authenticate'] } }, auth('auth-cors')]),
    service('auth-sealed', [
      auth('auth-sealed', { session_binding: 'sealed', session_secret: SECRET }),
      { name: 'pre-function', config: { header_filter: [SEAL] } },
    ]),
    service('auth-open', [auth('auth-open', { unauthenticated: 'pass', anonymous: 'guest' })]),
  ];
}

const bearer = (name: string, claims: object = {}): string =>
  `Authorization: Bearer ${tokenOf(key, Date.now(), { aud: resourceOf(name), ...claims })}`;

const expecting = (status: number, name: string, test: Case): Case => ({ ...test, name, status });

const get = (status: number, name: string, service: string, headers: readonly string[]): Case =>
  expecting(status, name, ask('GET', `/${service}/x`, { headers }));

const FORGED = ['X-Consumer-ID: 1', 'X_Consumer_Username: ann', 'X-Tenant: evil', 'X-MCP-Principal: p'];
/** The id of the consumer ann. */
export const ANN_ID = '22222222-2222-4333-8444-555555555555';

/** The cases. */
export const AUTH: readonly Case[] = [
  ...[`${METADATA}/auth`, METADATA, `${METADATA}/`].map((path) =>
    expecting(200, `metadata at ${path}`, ask('GET', path, { headers: ['X-Forwarded-Host: evil', 'Host: evil'] })),
  ),
  expecting(200, 'metadata for HEAD', ask('HEAD', `${METADATA}/auth`)),
  expecting(404, 'metadata of a longer path', ask('GET', `${METADATA}/authx`)),
  expecting(200, 'metadata at an escaped path', ask('GET', '//%2ewell-known//oauth-protected-resource/./auth')),
  expecting(405, 'metadata for POST', ask('POST', `${METADATA}/auth`, { body: 'x' })),
  expecting(
    204,
    'a preflight for metadata',
    ask('OPTIONS', `${METADATA}/auth`, {
      headers: [
        ...['Origin: http://localhost', 'Access-Control-Request-Method: GET'],
        'Access-Control-Request-Headers: MCP-Protocol-Version',
      ],
    }),
  ),
  get(401, 'no token', 'auth', []),
  get(401, 'a bad token', 'auth', ['Authorization: Bearer x']),
  get(403, 'no scope', 'auth', [bearer('auth', { scope: 'other' })]),
  expecting(400, 'a token in the query', ask('GET', '/auth/x?a=1&access_token=x')),
  {
    ...expecting(
      400,
      'two tokens',
      ask('GET', '/auth/x', { headers: ['Authorization: Bearer a', 'Authorization: Bearer b'] }),
    ),
    differs: 'log',
  },
  get(200, 'a good token, with forged headers', 'auth', [bearer('auth', { tenant: 'Zoë' }), ...FORGED]),
  get(200, 'a good token of a consumer', 'auth', [bearer('auth', { name: 'ann' }), ...FORGED]),
  get(200, 'a good token of an unknown consumer', 'auth', [bearer('auth', { name: 'eve' })]),
  get(200, 'a known consumer', 'auth-known', [bearer('auth-known', { name: 'ann' })]),
  get(403, 'an unknown consumer', 'auth-known', [bearer('auth-known', { name: 'eve' })]),
  get(403, 'a subject that is the id of a consumer', 'auth-known', [bearer('auth-known', { name: ANN_ID })]),
  get(200, 'acl: a consumer of the group', 'auth-acl', [bearer('auth-acl', { name: 'ann' })]),
  get(403, 'acl: a consumer without it', 'auth-acl', [bearer('auth-acl', { name: 'bob' })]),
  get(403, 'acl: no consumer', 'auth-acl', [bearer('auth-acl')]),
  get(200, 'acl: a group of the token', 'auth-groups', [bearer('auth-groups', { roles: ['gold'] })]),
  get(403, 'acl: another group of the token', 'auth-groups', [bearer('auth-groups', { roles: ['iron'] })]),
  get(403, 'acl: no groups', 'auth-groups', [bearer('auth-groups')]),
  get(200, 'key-auth: a good key', 'auth-key', ['apikey: gold-key', 'Authorization: Bearer unread']),
  get(401, 'key-auth: a bad key', 'auth-key', ['apikey: x']),
  get(401, 'key-auth: neither', 'auth-key', []),
  get(200, 'key-auth: a token instead', 'auth-key', [bearer('auth-key', { name: 'ann' })]),
  get(200, 'rate-limiting: first request of a principal', 'auth-rate', [bearer('auth-rate')]),
  get(429, 'rate-limiting: second request, with a fresh token', 'auth-rate', [bearer('auth-rate', { jti: 2 })]),
  get(200, 'rate-limiting: another principal', 'auth-rate', [bearer('auth-rate', { sub: 'user-2' })]),
  get(401, 'cors: its headers are on the challenge', 'auth-cors', ['Origin: http://localhost']),
  expecting(
    200,
    'cors: it answers preflights',
    ask('OPTIONS', '/auth-cors/x', { headers: ['Origin: http://localhost', 'Access-Control-Request-Method: POST'] }),
  ),
  expecting(
    200,
    'a session id gets its seal',
    ask('GET', '/auth-sealed/session', { headers: [bearer('auth-sealed')] }),
  ),
  get(200, 'the seal of a session is cut off', 'auth-sealed', [bearer('auth-sealed'), sealed('user-1')]),
  get(404, 'a session of another caller', 'auth-sealed', [bearer('auth-sealed'), sealed('user-2')]),
  expecting(
    502,
    'a challenge of the server is hidden',
    ask('GET', '/auth-sealed/challenge', { headers: [bearer('auth-sealed')] }),
  ),
  get(200, 'anonymous', 'auth-open', FORGED),
  get(401, 'anonymous: never with a bad token', 'auth-open', ['Authorization: Bearer x']),
];
