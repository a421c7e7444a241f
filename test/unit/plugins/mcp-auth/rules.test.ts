import type { Scope } from '../../../../kong/pdk';
import { preparePlugin } from '../../../../kong/testkit';
import { completeConfig } from '../../../../kong/testkit/config';
import { mcpAuth } from '../../../../plugins/mcp-auth';
import { compileRules } from '../../../../plugins/mcp-auth/rules';
import { ISSUER, jwksOf, RESOURCE, signingKey } from '../../../support/access-tokens';

const issuer = { issuer: ISSUER };
const introspection = { client_id: 'gateway', client_secret: 'secret' };

it.each<[string, object]>([
  ['resource: must be an https URL', { resource: 'ai.example.com' }],
  ['resource: must use https', { resource: 'http://ai.example.com/mcp' }],
  ['resource: must not have a query', { resource: `${RESOURCE}?x` }],
  ['resource: must not have a fragment', { resource: `${RESOURCE}#x` }],
  ['resource: must not contain a user', { resource: 'https://u@ai.example.com/mcp' }],
  ['issuers: https://login.example.com/realms/ai is configured twice', { issuers: [issuer, issuer] }],
  ['issuers.issuer: must use https', { issuers: [{ issuer: 'http://as.example' }] }],
  ['issuers.issuer: must not have a query', { issuers: [{ issuer: 'https://as.example/?x' }] }],
  [
    'issuers: https://login.example.com/realms/ai needs jwks_uri or jwks',
    { issuers: [{ ...issuer, discovery: false }] },
  ],
  ['issuers.jwks_uri: must use https', { issuers: [{ ...issuer, jwks_uri: 'http://as.example/jwks' }] }],
  ['issuers.jwks: must be a JWK set with a usable public key', { issuers: [{ ...issuer, jwks: '{"keys":[]}' }] }],
  ['issuers.introspection: https://login', { issuers: [{ ...issuer, validation: 'by_form' }] }],
  [
    'issuers.introspection.endpoint: https://login',
    { issuers: [{ ...issuer, validation: 'introspection', discovery: false, introspection }] },
  ],
  [
    'issuers.validation: only one issuer',
    {
      issuers: ['https://a.example', 'https://b.example'].map((one) => ({
        issuer: one,
        validation: 'introspection',
        introspection,
      })),
    },
  ],
  ['issuers.subject_claim: "sub" is not a JSON pointer', { issuers: [{ ...issuer, subject_claim: 'sub' }] }],
  ['consumer_claim: "/~x" is not a JSON pointer', { consumer_claim: '/~x' }],
  ['consumer_claim: consumer_optional false needs it', { consumer_optional: false }],
  ['scopes_required: "a b" is not a scope', { scopes_required: ['a b'] }],
  ['realm: must be printable ASCII', { realm: 'a\nb' }],
  ['session_secret: session_binding sealed needs it', { session_binding: 'sealed' }],
  ['claims_to_headers: mcp-session-id is reserved', { claims_to_headers: { 'Mcp-Session-Id': '/a' } }],
  ['claims_to_headers: x-consumer-id is reserved', { claims_to_headers: { 'X-Consumer-Id': '/a' } }],
  ['claims_to_headers: content-length is reserved', { claims_to_headers: { 'Content-Length': '/a' } }],
  ['claims_to_headers: host is reserved', { claims_to_headers: { Host: '/a' } }],
  ['claims_to_headers: x-a is there twice', { claims_to_headers: { 'X-A': '/a', 'x-a': '/b' } }],
  ['claims_to_headers: "a b" is not a header name', { claims_to_headers: { 'a b': '/a' } }],
  ['upstream.header: must be the name of a header', { upstream: { mode: 'static', header: 'a b', value: 'v' } }],
  ['upstream.value: mode static needs it', { upstream: { mode: 'static' } }],
  ['upstream.client_id: mode token_exchange needs', { upstream: { mode: 'token_exchange' } }],
  [
    'upstream.token_endpoint: required',
    {
      issuers: [{ ...issuer, discovery: false, jwks_uri: 'https://as.example/jwks' }],
      upstream: { mode: 'client_credentials', client_id: 'c', client_secret: 's' },
    },
  ],
])('rejects a configuration: %s', (message, changes) => {
  const config = completeConfig(mcpAuth.fields, { resource: RESOURCE, issuers: [issuer], ...changes });
  expect(() => compileRules(config)).toThrow(message);
});

it('cannot be scoped to a consumer', async () => {
  const config = completeConfig(mcpAuth.fields, { resource: RESOURCE, issuers: [issuer] });
  const resources = { scope: { consumerId: 'x' } } as never;
  await expect(mcpAuth.prepare(config, resources)).rejects.toThrow('consumer: mcp-auth cannot be scoped to a consumer');
});

it('has no report mode for all services: strangers would reach each of them', async () => {
  const jwks = JSON.stringify(jwksOf(signingKey('1')));
  const issuers = [{ ...issuer, discovery: false, jwks }];
  const prepare = (scope: Scope) =>
    preparePlugin(mcpAuth, { resource: RESOURCE, issuers, mode: 'report' }, { scope }).then((one) => one.dispose());
  await expect(prepare({})).rejects.toThrow('mode: report lets strangers pass, so it needs a service or a route');
  await prepare({ serviceId: 's' });
  await prepare({ routeId: 'r' });
});
