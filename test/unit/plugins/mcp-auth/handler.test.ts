import { createHmac } from 'node:crypto';
import { Headers, Metrics, type Consumer, type Outcome } from '../../../../kong/pdk';
import { preparePlugin, type ConfigInput } from '../../../../kong/testkit';
import { completeConfig } from '../../../../kong/testkit/config';
import { logInto, type LogLine } from '../../../../kong/testkit/log-lines';
import { mcpAuth } from '../../../../plugins/mcp-auth';
import { principalOf } from '../../../../plugins/mcp-auth/identity/principal';
import type { fields } from '../../../../plugins/mcp-auth/schema';
import { claimsAt, ISSUER, jwksOf, RESOURCE, signingKey, tokenOf, tokenWith } from '../../../support/access-tokens';

const METADATA = 'resource_metadata="https://ai.example.com/.well-known/oauth-protected-resource/py-calculator/mcp"';
const NOW = 1_700_000_000_000;
let nowMs = NOW;

const key = signingKey('k1');
const rsa = signingKey('r1', 'RS256');
const ed = signingKey('e1', 'EdDSA');
const stranger = signingKey('k1');
const keys = jwksOf(key, rsa, ed);

type Config = ConfigInput<typeof fields>;
type Facts = NonNullable<Parameters<PreparedAuth['access']>[0]>;
type PreparedAuth = Awaited<ReturnType<typeof prepareAuth>>;

const issuer = { issuer: ISSUER, discovery: false, jwks: JSON.stringify(keys) };
const lines: LogLine[] = [];

function prepareAuth(config: Partial<Config> = {}, issuerChanges: object = {}) {
  return preparePlugin(
    mcpAuth,
    { resource: RESOURCE, issuers: [{ ...issuer, ...issuerChanges }], ...config },
    { now: () => nowMs, log: logInto(lines), scope: { serviceId: 's' } },
  );
}

/** The decision about one request under a configuration of its own. */
async function decideWith(config: Partial<Config>, facts: Facts, issuerChanges: object = {}): Promise<Outcome> {
  await using auth = await prepareAuth(config, issuerChanges);
  return await auth.access({ path: '/py-calculator/mcp', method: 'POST', ...facts });
}

const bearer = (token: string, more: object = {}) => ({ headers: { authorization: `Bearer ${token}`, ...more } });
const good = (changes: object = {}, header: object = {}) => tokenOf(key, nowMs, changes, header);

/** The parts of an outcome that a table compares. */
function summaryOf(outcome: Outcome) {
  if (outcome.kind === 'proceed') return { kind: 'proceed' };
  const { status, headers, body, reason } = outcome;
  const { error } = JSON.parse(body) as { error: unknown };
  return { status, reason, error, challenge: headers['WWW-Authenticate'] };
}

beforeEach(() => {
  nowMs = NOW;
  lines.length = 0;
});

describe('challenges', () => {
  it.each<[string, Partial<Config>, Facts, object]>([
    [
      'no credentials, without an error code',
      {},
      {},
      { status: 401, reason: 'no_token', error: 'unauthorized', challenge: `Bearer ${METADATA}` },
    ],
    [
      'another scheme, as no credentials',
      {},
      { headers: { authorization: 'Basic dXNlcjpwYXNz' } },
      { status: 401, reason: 'no_token', challenge: `Bearer ${METADATA}` },
    ],
    [
      'the scopes to ask for',
      { scopes_required: ['mcp'], scopes_challenge: ['calc', 'mcp'] },
      {},
      { challenge: `Bearer scope="mcp calc", ${METADATA}` },
    ],
    ['a realm with a quote', { realm: 'a "b" \\' }, {}, { challenge: `Bearer realm="a \\"b\\" \\\\", ${METADATA}` }],
    [
      'a path with a slash at its end',
      {},
      { path: '/py-calculator/mcp/' },
      { challenge: `Bearer ${METADATA.slice(0, -1)}/"` },
    ],
    [
      'a bad token, with resource_metadata too',
      { scopes_required: ['mcp'] },
      { headers: { authorization: 'Bearer x' } },
      {
        status: 401,
        reason: 'malformed',
        error: 'invalid_token',
        challenge: `Bearer error="invalid_token", error_description="The access token is malformed", scope="mcp", ${METADATA}`,
      },
    ],
    [
      'a token in the query',
      {},
      { query: 'access_token=abc' },
      {
        status: 400,
        reason: 'token_in_query',
        error: 'invalid_request',
        challenge: `Bearer error="invalid_request", error_description="Send the access token in the Authorization header, not in the query", ${METADATA}`,
      },
    ],
    [
      'two Authorization headers',
      {},
      { headers: { authorization: ['Bearer a', 'Bearer b'] } },
      { status: 401, reason: 'malformed' },
    ],
  ])('%s', async (_, config, facts, expected) => {
    expect(summaryOf(await decideWith(config, facts))).toMatchObject(expected);
  });

  it('never sends values of the client, and tells telemetry why', async () => {
    const outcome = await decideWith({}, bearer('secret-token', { 'x-evil': '1' }));
    expect(JSON.stringify(outcome)).not.toContain('secret-token');
    expect(outcome.share).toEqual({ mcp_denied: { by: 'mcp-auth', reason: 'malformed', code: -32600 } });
    expect(outcome).toMatchObject({ headers: { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' } });
  });

  it('answers metadata without a token', async () => {
    const path = '/.well-known/oauth-protected-resource/py-calculator/mcp';
    const outcome = await decideWith(
      {},
      { method: 'GET', path, headers: { host: 'evil', 'x-forwarded-host': 'evil' } },
    );
    expect(outcome).toMatchObject({ kind: 'reject', status: 200 });
    expect(JSON.parse((outcome as { body: string }).body)).toMatchObject({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
    });
  });

  it.each([
    [true, 401],
    [false, undefined],
  ])('preflights with run_on_preflight %s: %s', async (run_on_preflight, status) => {
    const facts = { method: 'OPTIONS', headers: { 'x-consumer-id': 'forged' } };
    const outcome = await decideWith({ run_on_preflight }, facts);
    expect(outcome.kind === 'reject' ? outcome.status : undefined).toBe(status);
    if (outcome.kind === 'proceed') expect(outcome.clearUpstreamHeaders).toEqual(['x-consumer-id']);
  });
});

/** A token whose header says HS256, signed with the public RSA key as the secret. */
function signedWithPublicKey(): string {
  const input = [{ alg: 'HS256', kid: 'r1' }, claimsAt(NOW)]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const secret = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const changed = (token: string, change: (signature: string) => string): string => {
  const [header, claims, signature = ''] = token.split('.');
  return [header, claims, change(signature)].join('.');
};

describe('tokens', () => {
  it.each<[string, () => string]>([
    ['ES256', () => good()],
    ['RS256', () => tokenOf(rsa, NOW)],
    ['PS256 header on an RS256 key is another algorithm', () => tokenOf(rsa, NOW)],
    ['EdDSA', () => tokenOf(ed, NOW)],
    ['without a kid, by the keys that fit', () => tokenWith(key, { alg: 'ES256' }, claimsAt(NOW))],
    ['of type at+jwt', () => good({}, { typ: 'at+jwt' })],
  ])('accepts %s', async (_, make) => {
    expect(summaryOf(await decideWith({}, bearer(make())))).toEqual({ kind: 'proceed' });
  });

  it.each<[string, () => string, string]>([
    ['alg none', () => changed(tokenWith(key, { alg: 'none' }, claimsAt(NOW)), () => ''), 'algorithm'],
    ['alg none in other letters', () => tokenWith(key, { alg: 'nOnE' }, claimsAt(NOW)), 'algorithm'],
    ['HS256 with the public key as the secret (algorithm confusion)', signedWithPublicKey, 'algorithm'],
    ['an algorithm that is not the one of the key', () => good({}, { alg: 'ES384' }), 'key'],
    ['the kid of a key of another kind', () => good({}, { kid: 'r1' }), 'key'],
    ['an unknown kid', () => good({}, { kid: 'other' }), 'key'],
    ['a signature of another key', () => tokenOf(stranger, NOW), 'signature'],
    ['a flipped bit', () => changed(good(), (s) => `${s.startsWith('A') ? 'B' : 'A'}${s.slice(1)}`), 'signature'],
    ['an empty signature', () => changed(good(), () => ''), 'signature'],
    [
      'changed claims',
      () => [good().split('.')[0], good({ sub: 'x' }).split('.').slice(1)[0], good().split('.')[2]].join('.'),
      'signature',
    ],
    ['another issuer', () => good({ iss: 'https://evil.example' }), 'issuer'],
    ['no issuer', () => good({ iss: undefined }), 'issuer'],
    ['an issuer that is no text', () => good({ iss: [ISSUER] }), 'issuer'],
    ['the issuer with a slash', () => good({ iss: `${ISSUER}/` }), 'issuer'],
    ['another resource of the same host', () => good({ aud: 'https://ai.example.com/go-calculator/mcp' }), 'audience'],
    ['the client as audience', () => good({ aud: 'client-1' }), 'audience'],
    ['no audience', () => good({ aud: undefined, resource: RESOURCE }), 'audience'],
    ['expired', () => good({ exp: NOW / 1000 - 31 }), 'expired'],
    ['not yet valid', () => good({ nbf: NOW / 1000 + 31 }), 'not_yet'],
    ['an ID token', () => good({ scope: undefined, nonce: 'n' }), 'type'],
    ['bound to a key', () => good({ cnf: { jkt: 'x' } }), 'bound'],
    ['an encrypted token', () => 'eyJhbGciOiJkaXIifQ.a.b.c.d', 'malformed'],
    ['neither subject nor client', () => good({ sub: undefined, client_id: undefined }), 'malformed'],
    ['one byte too long', () => 'x'.repeat(8193), 'malformed'],
  ])('rejects %s', async (_, make, reason) => {
    const outcome = await decideWith({}, bearer(make()));
    expect(summaryOf(outcome)).toMatchObject({ status: 401, reason, error: 'invalid_token' });
    expect(summaryOf(outcome)).toHaveProperty('challenge', expect.stringContaining(METADATA));
  });

  it('fetches nothing that a header names', async () => {
    const header = {
      jku: 'http://127.0.0.1:1/jwks',
      x5u: 'http://127.0.0.1:1/x',
      jwk: stranger.publicKey.export({ format: 'jwk' }),
    };
    const token = tokenWith(stranger, { alg: 'ES256', kid: 'k1', ...header }, claimsAt(NOW));
    expect(summaryOf(await decideWith({}, bearer(token)))).toMatchObject({ reason: 'signature' });
  });

  it('accepts configured audiences', async () => {
    const facts = bearer(good({ aud: 'client-1' }));
    expect(summaryOf(await decideWith({ audiences: ['client-1'] }, facts))).toEqual({ kind: 'proceed' });
  });

  it('rejects an algorithm that is not configured', async () => {
    const outcome = await decideWith({}, bearer(good()), { algorithms: ['RS256'] });
    expect(summaryOf(outcome)).toMatchObject({ reason: 'algorithm' });
  });

  it('wants the type of RFC 9068 where it is configured', async () => {
    expect(summaryOf(await decideWith({}, bearer(good()), { typ: 'at+jwt' }))).toMatchObject({ reason: 'type' });
  });

  it.each<[string, object, object, object | string]>([
    [
      'a client that is not allowed',
      { clients: ['other'] },
      {},
      { status: 403, reason: 'client', challenge: undefined },
    ],
    ['an allowed client', { clients: ['client-1'] }, {}, 'proceed'],
    ['a required claim', { required_claims: { '/dep': ['hr', 'it'] } }, { dep: ['it'] }, 'proceed'],
    ['no required claim', { required_claims: { '/dep': ['hr'] } }, { dep: 'ops' }, { status: 403, reason: 'claim' }],
  ])('judges %s', async (_, issuerChanges, claims, expected) => {
    const summary = summaryOf(await decideWith({}, bearer(good(claims)), issuerChanges));
    expect(summary).toMatchObject(typeof expected === 'string' ? { kind: expected } : expected);
  });

  it('asks for all required scopes, not for the missing ones', async () => {
    const outcome = await decideWith({ scopes_required: ['mcp', 'calc'] }, bearer(good()));
    expect(summaryOf(outcome)).toEqual({
      status: 403,
      reason: 'scope',
      error: 'insufficient_scope',
      challenge: `Bearer error="insufficient_scope", error_description="The access token lacks a required scope", scope="mcp calc", ${METADATA}`,
    });
  });

  it('counts scopes that another scope implies, also for the rules of the validator', async () => {
    const config = { scopes_required: ['calc'], scope_hierarchy: { mcp: ['calc'], calc: ['add'] } };
    const outcome = await decideWith(config, bearer(good()));
    expect(outcome).toMatchObject({ kind: 'proceed', share: { mcp_auth: { scopes: ['mcp', 'calc', 'add'] } } });
  });

  it('accepts a token of max_token_bytes, and rejects one byte more', async () => {
    const token = good({ pad: 'x'.repeat(200) });
    const within = await decideWith({ max_token_bytes: token.length }, bearer(token));
    const beyond = await decideWith({ max_token_bytes: token.length - 1 }, bearer(token));
    expect([summaryOf(within), summaryOf(beyond)]).toMatchObject([{ kind: 'proceed' }, { reason: 'malformed' }]);
  });
});

describe('known tokens', () => {
  it('decides about a known token without a promise', async () => {
    const config = completeConfig(mcpAuth.fields, { resource: RESOURCE, issuers: [issuer] });
    const resources = { metrics: new Metrics(), log: logInto(lines), now: () => nowMs, env: {}, scope: {} };
    const state = await mcpAuth.prepare(config, resources);
    const headers = Headers.from({ authorization: `Bearer ${good()}` });
    const facts = { method: 'POST', path: '/mcp', query: '', headers, consumer: undefined, credentialId: undefined };
    const decide = () => mcpAuth.phases.access!.handle(state, { ...facts, service: 's', requestId: '' });
    const first = decide();
    expect(first).toBeInstanceOf(Promise);
    await first;
    expect(decide()).toMatchObject({ kind: 'proceed' });
    await mcpAuth.dispose?.(state);
  });

  it.each([
    ['at the end of the token', { exp: NOW / 1000 + 100 }, 131_000, 'expired'],
    ['at token_ttl, when it is proven again', {}, 301_000, undefined],
  ])('forgets a token %s', async (_, claims, laterMs, reason) => {
    await using auth = await prepareAuth();
    const facts = { path: '/mcp', ...bearer(good(claims)) };
    expect((await auth.access(facts)).kind).toBe('proceed');
    nowMs += laterMs;
    const later = await auth.access(facts);
    expect(later.kind === 'reject' ? later.reason : undefined).toBe(reason);
  });

  it('keeps no token, only its digest', async () => {
    await using auth = await prepareAuth();
    const token = good();
    await auth.access({ path: '/mcp', ...bearer(token) });
    expect(JSON.stringify([...lines])).not.toContain(token);
    expect(await auth.metrics.registry.metrics()).toMatch(/^mcp_auth_tokens_cached 1$/m);
  });
});

const ann: Consumer = { id: '00000000-0000-4000-8000-000000000001', username: 'ann', customId: 'c-7', tags: ['gold'] };

describe('identity', () => {
  const principal = principalOf('token', ISSUER, 'user-1', 'client-1');

  it('shares who calls, tells Kong, and hides the token', async () => {
    const config = { share_claims: { dep: '/dep' }, claims_to_headers: { 'X-Dep': '/dep' } };
    const token = good({ dep: 'hr', groups: ['a', 'b'] });
    const forged = {
      'x-consumer-id': '1',
      x_consumer_username: 'bob',
      'x-dep': 'ceo',
      'x-mcp-principal': 'p',
      accept: '*/*',
    };
    expect(await decideWith(config, bearer(token, forged))).toEqual({
      kind: 'proceed',
      authenticate: { credential: { id: principal.uuid, consumerId: principal.uuid } },
      share: {
        mcp_auth: {
          kind: 'token',
          principal: principal.id,
          issuer: ISSUER,
          client: 'client-1',
          scopes: ['mcp'],
          groups: ['a', 'b'],
          claims: { dep: ['hr'] },
          expires_at: NOW / 1000 + 600,
          challenge: METADATA,
          hides_challenge: true,
        },
      },
      clearUpstreamHeaders: ['x-consumer-id', 'x_consumer_username', 'x-dep', 'x-mcp-principal', 'authorization'],
      upstreamHeaders: { 'X-Dep': 'hr', 'X-MCP-Principal': principal.id, 'X-Credential-Identifier': principal.uuid },
    });
  });

  it('clears the header of a claim that the token lacks', async () => {
    const outcome = await decideWith({ claims_to_headers: { 'X-Dep': '/dep' } }, bearer(good(), { 'x-dep': 'ceo' }));
    expect(outcome).toMatchObject({ clearUpstreamHeaders: expect.arrayContaining(['x-dep']) as string[] });
    expect(outcome).not.toHaveProperty('upstreamHeaders.X-Dep');
  });

  it.each<[string, Consumer | undefined, boolean, object]>([
    [
      'a consumer',
      ann,
      true,
      {
        authenticate: { consumer: ann, credential: { id: principal.uuid, consumerId: ann.id } },
        upstreamHeaders: {
          'X-Consumer-Id': ann.id,
          'X-Consumer-Username': 'ann',
          'X-Consumer-Custom-Id': 'c-7',
          'X-Credential-Identifier': principal.uuid,
        },
      },
    ],
    ['no consumer', undefined, true, { authenticate: { credential: { consumerId: principal.uuid } } }],
    ['no consumer where one is needed', undefined, false, { status: 403, reason: 'consumer' }],
    [
      'the consumer whose id the subject names',
      { ...ann, username: 'other' },
      false,
      { status: 403, reason: 'consumer' },
    ],
  ])('finds %s', async (_, found, consumer_optional, expected) => {
    const config = { consumer_claim: '/name', consumer_optional };
    expect(await decideWith(config, { ...bearer(good({ name: 'ann' })), found } as Facts)).toMatchObject(expected);
  });

  it('sets no header for an absent custom_id', async () => {
    const facts = { ...bearer(good({ name: 'ann' })), found: { ...ann, customId: '' } };
    const outcome = await decideWith({ consumer_claim: '/name' }, facts);
    expect(outcome).not.toHaveProperty('upstreamHeaders.X-Consumer-Custom-Id');
  });

  it('hands groups to acl, if there are any', async () => {
    const config = { authenticated_groups_claim: '/roles' };
    expect((await decideWith(config, bearer(good({ roles: ['a'] })))).share).toMatchObject({
      authenticated_groups: ['a'],
    });
    expect((await decideWith(config, bearer(good({ roles: [] })))).share).not.toHaveProperty('authenticated_groups');
  });

  it('takes the identity of an authentication plugin of Kong, and hides the token unread', async () => {
    const facts = {
      ...bearer('not-even-a-token', { 'x-consumer-id': ann.id, x_consumer_id: '1' }),
      consumer: ann,
      credentialId: 'cred',
    };
    const outcome = await decideWith({ scopes_required: ['mcp'] }, facts);
    expect(outcome).toMatchObject({
      kind: 'proceed',
      share: { mcp_auth: { kind: 'kong', required: ['mcp'] } },
      clearUpstreamHeaders: ['x_consumer_id', 'authorization'],
    });
    expect(outcome).not.toHaveProperty('authenticate');
  });

  it('lets a request without credentials pass as anonymous', async () => {
    const outcome = await decideWith({ unauthenticated: 'pass' }, { headers: { 'x-consumer-id': 'forged' } });
    expect(outcome).toMatchObject({
      kind: 'proceed',
      share: { mcp_auth: { kind: 'anonymous' } },
      clearUpstreamHeaders: ['x-consumer-id'],
    });
    expect(outcome).not.toHaveProperty('authenticate');
  });

  it('never lets a bad token pass as anonymous', async () => {
    const outcome = await decideWith({ unauthenticated: 'pass' }, bearer('bad'));
    expect(summaryOf(outcome)).toMatchObject({ status: 401, reason: 'malformed' });
  });

  it('gives anonymous requests their consumer', async () => {
    const facts = { headers: {}, found: { ...ann, username: 'guest' } } as Facts;
    expect(await decideWith({ unauthenticated: 'pass', anonymous: 'guest' }, facts)).toMatchObject({
      authenticate: { consumer: { username: 'guest' } },
      upstreamHeaders: { 'X-Consumer-Username': 'guest', 'X-Anonymous-Consumer': 'true' },
    });
  });

  it('shares a token with too many groups without them, and counts it', async () => {
    await using auth = await prepareAuth({ max_token_bytes: 65_536 });
    const groups = Array.from({ length: 256 }, (_, at) => `group-${at}-${'x'.repeat(50)}`);
    const outcome = await auth.access({ path: '/mcp', ...bearer(good({ groups })) });
    expect(outcome.share).toMatchObject({ mcp_auth: { kind: 'token', scopes: ['mcp'] } });
    expect(outcome.share?.['mcp_auth']).not.toHaveProperty('groups');
    expect(await auth.metrics.registry.metrics()).toMatch(/^mcp_auth_cut_identities_total 1$/m);
  });
});

describe('sessions', () => {
  const session = { 'mcp-session-id': 's-1' };

  it('answers 404 for the session of another caller', async () => {
    await using auth = await prepareAuth();
    const ask = (sub: string, more: object = {}, client_id = 'client-1') =>
      auth.access({ path: '/mcp', ...bearer(good({ sub, client_id }), { ...session, ...more }) });
    expect((await ask('user-1')).kind).toBe('proceed');
    const foreign = await ask('user-2');
    expect(foreign).toMatchObject({ kind: 'reject', status: 404, reason: 'session' });
    expect(JSON.parse((foreign as { body: string }).body)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, message: 'Session not found' },
    });
    expect(await ask('user-1', {}, 'client-2')).toMatchObject({ status: 404 });
    expect((await ask('user-1')).kind).toBe('proceed');
  });

  it('removes the header where the revision has no sessions', async () => {
    await using auth = await prepareAuth();
    const headers = { ...session, 'mcp-protocol-version': '2026-07-28' };
    for (const sub of ['user-1', 'user-2']) {
      expect(await auth.access({ path: '/mcp', ...bearer(good({ sub }), headers) })).toMatchObject({
        kind: 'proceed',
        clearUpstreamHeaders: ['authorization', 'mcp-session-id'],
      });
    }
  });

  it('lets no session id reach the server unjudged in another spelling of its header', async () => {
    const outcome = await decideWith({}, bearer(good(), { mcp_session_id: 'of-another' }));
    expect(outcome).toMatchObject({ clearUpstreamHeaders: ['mcp_session_id', 'authorization'] });
  });

  it('rejects two session ids', async () => {
    const outcome = await decideWith({}, bearer(good(), { 'mcp-session-id': ['a', 'b'] }));
    expect(outcome).toMatchObject({ status: 404 });
  });

  it('shares the key of the seal, and cuts seals off', async () => {
    await using auth = await prepareAuth({ session_binding: 'sealed', session_secret: 's'.repeat(32) });
    const first = await auth.access({ path: '/mcp', ...bearer(good()) });
    const sealKey = first.share?.['mcp_session_key'] as string;
    const id = `id.${createHmac('sha1', sealKey).update('id').digest('base64url')}`;
    const ask = (sub: string) => auth.access({ path: '/mcp', ...bearer(good({ sub }), { 'mcp-session-id': id }) });
    expect(await ask('user-1')).toMatchObject({ upstreamHeaders: { 'Mcp-Session-Id': 'id' } });
    expect(await ask('user-2')).toMatchObject({ status: 404 });
  });
});

describe('the whole', () => {
  it('lets requests pass in report mode, without what the client says about itself', async () => {
    expect(await decideWith({ mode: 'report' }, bearer('bad', { 'x-consumer-id': '1' }))).toMatchObject({
      kind: 'proceed',
      reason: 'malformed',
      responseHeaders: { 'X-MCP-Auth-Report': 'status=401; reason=malformed' },
      clearUpstreamHeaders: ['x-consumer-id', 'authorization'],
    });
  });

  it('counts requests, and logs rejections without the token', async () => {
    await using auth = await prepareAuth();
    const token = good({}, { kid: 'x'.repeat(200) });
    const outcome = await auth.access({ path: '/mcp', service: 'calc', ...bearer(token) });
    expect(outcome.warnings).toEqual([
      {
        message: 'request rejected',
        fields: {
          service: 'calc',
          reason: 'key',
          issuer: ISSUER,
          client: undefined,
          kid: 'x'.repeat(64),
          alg: 'ES256',
        },
      },
    ]);
    await auth.access({ path: '/mcp', service: 'calc', ...bearer(good()) });
    const text = await auth.metrics.registry.metrics();
    expect(text).toMatch('mcp_auth_requests_total{kong_service="calc",kind="none",decision="reject"} 1');
    expect(text).toMatch('mcp_auth_requests_total{kong_service="calc",kind="token",decision="pass"} 1');
    expect(text).toMatch('mcp_auth_rejected_total{kong_service="calc",reason="key"} 1');
    expect(text).not.toContain('xxxx');
  });

  it('tells in its metrics which tokens were proven before', async () => {
    await using auth = await prepareAuth({ unauthenticated: 'pass' });
    const token = good();
    for (let at = 0; at < 3; at++) await auth.access({ path: '/mcp', service: 'calc', ...bearer(token) });
    await auth.access({ path: '/mcp', service: 'calc', ...bearer(changed(good(), () => '')) });
    await auth.access({ path: '/mcp', service: 'calc' });
    const text = await auth.metrics.registry.metrics();
    const counts = ['hit', 'miss', 'none'].map(
      (cached) =>
        new RegExp(`^mcp_auth_duration_seconds_count{kong_service="calc",cached="${cached}"} (.*)$`, 'm').exec(
          text,
        )?.[1],
    );
    expect(counts).toEqual(['2', '2', '1']);
  });

  it('writes an audit line for each request that passes, without the subject', async () => {
    await using auth = await prepareAuth({ audit: true, consumer_claim: '/name' });
    const facts = { path: '/mcp', service: 'calc', requestId: 'r-1', found: ann, ...bearer(good({ name: 'ann' })) };
    await auth.access(facts);
    await auth.access({ path: '/mcp', service: 'calc' });
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request passed',
        fields: {
          request_id: 'r-1',
          plugin: 'mcp-auth',
          service: 'calc',
          kind: 'token',
          principal: principalOf('token', ISSUER, 'user-1', 'client-1').id,
          issuer: ISSUER,
          client: 'client-1',
          consumer: 'ann',
          scopes: ['mcp'],
        },
      },
    ]);
  });

  it('writes no audit line by default', async () => {
    await decideWith({}, bearer(good()));
    expect(lines).toEqual([]);
  });

  it('bounds the log lines', async () => {
    await using auth = await prepareAuth({ max_log_lines: 2 });
    const outcomes = [];
    for (let at = 0; at < 5; at++) outcomes.push(await auth.access({ path: '/mcp' }));
    expect(outcomes.filter(({ warnings }) => warnings)).toHaveLength(2);
  });

  it('sends a fixed credential to the server', async () => {
    const upstream = { mode: 'static' as const, header: 'X-Api-Key', value: 'secret' };
    expect(await decideWith({ upstream }, bearer(good()))).toMatchObject({
      clearUpstreamHeaders: ['authorization'],
      upstreamHeaders: { 'X-Api-Key': 'secret' },
    });
  });

  it('never sends an unproven credential to the server where it keeps the token', async () => {
    const keep = { upstream: { mode: 'keep' as const } };
    const hidden = { kind: 'proceed', clearUpstreamHeaders: ['authorization'] };
    const bad = bearer(good({ exp: 1 }));
    expect(await decideWith({ ...keep, mode: 'report' }, bad)).toMatchObject(hidden);
    expect(await decideWith(keep, { ...bad, credentialId: 'c1' })).toMatchObject(hidden);
    const basic = { headers: { authorization: 'Basic eDp5' } };
    expect(await decideWith({ ...keep, unauthenticated: 'pass' }, basic)).toMatchObject(hidden);
    expect(await decideWith({ ...keep, run_on_preflight: false }, { ...bad, method: 'OPTIONS' })).toMatchObject(hidden);
  });

  it('clears every spelling of the header of a fixed credential', async () => {
    const upstream = { mode: 'static' as const, header: 'X-Api-Key', value: 'secret' };
    const outcome = await decideWith({ upstream }, bearer(good(), { x_api_key: 'other' }));
    expect(outcome).toMatchObject({ clearUpstreamHeaders: ['x_api_key', 'authorization'] });
  });

  it('keeps the token where server and gateway are the same audience', async () => {
    const outcome = await decideWith({ upstream: { mode: 'keep' } }, bearer(good()));
    expect(outcome).toMatchObject({ clearUpstreamHeaders: [] });
    expect(outcome.share?.['mcp_auth']).not.toHaveProperty('hides_challenge');
  });
});
