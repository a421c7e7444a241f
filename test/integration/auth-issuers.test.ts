import type { LogRecord, Outcome } from '../../kong/pdk';
import { preparePlugin, until, type ConfigInput } from '../../kong/testkit';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { mcpAuth } from '../../plugins/mcp-auth';
import type { fields } from '../../plugins/mcp-auth/schema';
import { HttpClient } from '../../plugins/shared/http/http-client';
import { jwksOf, RESOURCE, signingKey, tokenOf } from '../support/access-tokens';
import {
  startAuthorizationServer,
  type Responder,
  type TestAuthorizationServer,
} from '../support/authorization-server';

type Config = ConfigInput<typeof fields>;

const key = signingKey('1');
const client = { client_id: 'gateway', client_secret: 's%cret:' };
const lines: LogLine[] = [];
let nowMs = 1_700_000_000_000;
let server: TestAuthorizationServer;

beforeEach(async () => {
  lines.length = 0;
  server = await startAuthorizationServer();
  server.routes.set('/jwks', jwksOf(key));
});

afterEach(() => server.stop());

const json =
  (status: number, body: object): Responder =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };

const sends =
  (body: string): Responder =>
  (_, response) =>
    response.end(body);
const redirects: Responder = (_, response) => response.writeHead(302, { Location: '/jwks' }).end();

/** What the log says about the causes of failures. */
const causesOf = (all: readonly LogLine[]): string[] =>
  all.flatMap(({ fields }) => {
    const { target, cause } = fields as { target?: string; cause?: string };
    return cause === undefined ? [] : [`${target} ${cause}`];
  });

const prepare = (issuer: object = {}, config: Partial<Config> = {}) =>
  preparePlugin(
    mcpAuth,
    { resource: RESOURCE, issuers: [{ issuer: server.issuer, ...issuer }], timeout: 300, token_ttl: 3600, ...config },
    { now: () => nowMs, log: logInto(lines) },
  );

type Auth = Awaited<ReturnType<typeof prepare>>;

const call = (auth: Auth, token: string): Promise<Outcome> =>
  auth.access({ path: '/mcp', headers: { authorization: `Bearer ${token}` } });

/** `proceed`, or the status and the reason. */
const resultOf = (outcome: Outcome): string =>
  outcome.kind === 'proceed' ? 'proceed' : `${outcome.status} ${outcome.reason ?? ''}`;

const good = (changes: object = {}) => tokenOf(key, nowMs, { iss: server.issuer, ...changes });

describe('keys', () => {
  it('are found by discovery, once', async () => {
    await using auth = await prepare();
    for (let at = 0; at < 3; at++) expect(resultOf(await call(auth, good({ jti: at })))).toBe('proceed');
    expect(server.requests).toEqual(['GET /.well-known/oauth-authorization-server/tenant', 'GET /jwks']);
  });

  it.each(['/.well-known/openid-configuration/tenant', '/tenant/.well-known/openid-configuration'])(
    'are found with a document at %s',
    async (path) => {
      server.routes.set(path, server.routes.get('/.well-known/oauth-authorization-server/tenant')!);
      server.routes.delete('/.well-known/oauth-authorization-server/tenant');
      await using auth = await prepare();
      expect(resultOf(await call(auth, good()))).toBe('proceed');
    },
  );

  it.each<[string, string, (document: Record<string, unknown>) => object | undefined]>([
    ['of another issuer', 'discovery other_issuer', (document) => ({ ...document, issuer: `${server.issuer}/` })],
    ['that does not exist', 'discovery 404', () => undefined],
    ['that is HTML', 'discovery not_json', () => sends('<html>')],
    ['behind a redirect', 'discovery redirect', () => redirects],
    ['with status 500', 'discovery 500', () => json(500, {})],
    ['of 300 KiB', 'discovery too_long', () => sends(' '.repeat(300 * 1024))],
    ['without keys', 'discovery no_jwks_uri', (document) => ({ ...document, jwks_uri: undefined })],
    [
      'with keys at the metadata address of a cloud',
      'discovery unusable_jwks_uri',
      (document) => ({ ...document, jwks_uri: 'http://169.254.169.254/' }),
    ],
    [
      'with keys at that address by https',
      'jwks forbidden_address',
      (document) => ({ ...document, jwks_uri: 'https://169.254.169.254/' }),
    ],
    [
      'with keys behind a redirect',
      'jwks redirect',
      (document) => ({ ...document, jwks_uri: `${server.origin}/redirect` }),
    ],
    [
      'with keys in a file',
      'discovery unusable_jwks_uri',
      (document) => ({ ...document, jwks_uri: 'file:///etc/passwd' }),
    ],
    [
      'with keys at a private address',
      'jwks forbidden_address',
      (document) => ({ ...document, jwks_uri: 'https://10.0.0.1/jwks' }),
    ],
  ])('are not taken from a document %s: %s', async (_, cause, change) => {
    const path = '/.well-known/oauth-authorization-server/tenant';
    const changed = change(server.routes.get(path) as Record<string, unknown>);
    if (changed) server.routes.set(path, changed);
    else server.routes.delete(path);
    server.routes.set('/redirect', redirects);
    await using auth = await prepare();
    expect(resultOf(await call(auth, good()))).toBe('503 keys');
    expect(causesOf(lines)).toEqual([cause]);
    expect(JSON.stringify(lines)).not.toMatch(/169\.254|10\.0\.0\.1|passwd|redirect\b(?!")/);
  });

  it('are looked for again when the cause is removed, and the log says so', async () => {
    const path = '/.well-known/oauth-authorization-server/tenant';
    const document = server.routes.get(path) as Record<string, unknown>;
    server.routes.set(path, { ...document, issuer: 'https://secret.example' });
    await using auth = await prepare();
    server.routes.set(path, { ...document, jwks_uri: undefined });
    nowMs += 500;
    expect(resultOf(await call(auth, good()))).toBe('503 keys');
    server.routes.set(path, document);
    nowMs += 500;
    expect(resultOf(await call(auth, good()))).toBe('proceed');
    expect(causesOf(lines)).toEqual(['discovery other_issuer', 'discovery no_jwks_uri']);
    expect(lines.at(-1)?.message).toBe('keys of the issuer can be fetched again');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it.each<[string, string, Responder]>([
    ['of 300 KiB', 'too_long', sends(' '.repeat(300 * 1024))],
    ['that never ends', 'timeout', (_, response) => response.write('{')],
    ['with status 500', '500', json(500, {})],
    ['that is HTML', 'no_usable_key', sends('<html>')],
    ['that is empty', 'no_usable_key', sends('{"keys":[]}')],
  ])('are not taken from a response %s: %s', async (_, cause, responder) => {
    server.routes.set('/jwks', responder);
    await using auth = await prepare();
    const outcome = await call(auth, good());
    expect(resultOf(outcome)).toBe('503 keys');
    expect(outcome).toMatchObject({ headers: { 'Retry-After': '1' } });
    expect(causesOf(lines)).toEqual([`jwks ${cause}`]);
  });

  it('rotate: a new kid works with one fetch, and what the old key signed does not', async () => {
    await using auth = await prepare();
    const old = good();
    expect(resultOf(await call(auth, old))).toBe('proceed');
    const next = signingKey('2');
    server.routes.set('/jwks', jwksOf(next));
    expect(resultOf(await call(auth, tokenOf(next, nowMs, { iss: server.issuer })))).toBe('proceed');
    expect(server.count('/jwks')).toBe(2);
    expect(resultOf(await call(auth, old))).toBe('401 key');
  });

  it('of an issuer that is away at the start are used when it comes', async () => {
    await server.stop();
    await using auth = await prepare();
    expect(resultOf(await call(auth, good()))).toBe('503 keys');
    await server.start();
    await until(async () => {
      nowMs += 500;
      return resultOf(await call(auth, good())) === 'proceed';
    }, 'the keys');
  });

  it('stay in use while the issuer is away', async () => {
    await using auth = await prepare();
    expect(resultOf(await call(auth, good({ jti: 1 })))).toBe('proceed');
    await server.stop();
    nowMs += 3_600_000;
    expect(resultOf(await call(auth, good({ jti: 2 })))).toBe('proceed');
    expect(resultOf(await call(auth, tokenOf(signingKey('x'), nowMs, { iss: server.issuer })))).toBe('401 key');
    await server.start();
  });

  it('of several issuers: one that is away does not disturb the other', async () => {
    const away = { issuer: 'http://127.0.0.1:1/away', jwks_uri: 'http://127.0.0.1:1/jwks' };
    await using auth = await prepare({}, { issuers: [away, { issuer: server.issuer }] });
    expect(resultOf(await call(auth, good()))).toBe('proceed');
    expect(resultOf(await call(auth, good({ iss: away.issuer })))).toBe('503 keys');
  });
});

describe('introspection', () => {
  const issuer = { validation: 'by_form', introspection: { ...client, ttl: 60 } };
  const active = (changes: object = {}) => ({ active: true, aud: RESOURCE, sub: 'user-1', scope: 'mcp', ...changes });

  it('asks once for a token that many send at once, with the credentials of the gateway', async () => {
    const seen: unknown[] = [];
    server.routes.set('/introspect', (request, response, form) => {
      seen.push([request.headers.authorization, Object.fromEntries(form)]);
      response.end(JSON.stringify(active()));
    });
    await using auth = await prepare(issuer);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => call(auth, 'opaque-token')));
    expect(new Set(outcomes.map(resultOf))).toEqual(new Set(['proceed']));
    const authorization = `Basic ${Buffer.from('gateway:s%25cret%3A').toString('base64')}`;
    expect(seen).toEqual([[authorization, { token: 'opaque-token', token_type_hint: 'access_token' }]]);
  });

  it.each<[string, Responder | object, string]>([
    ['inactive', { active: false }, '401 inactive'],
    ['active as a text', { ...active(), active: 'true' }, '401 inactive'],
    ['without aud', active({ aud: undefined }), '401 audience'],
    ['for another resource', active({ aud: 'https://other.example' }), '401 audience'],
    ['of another issuer', active({ iss: 'https://evil.example' }), '401 issuer'],
    ['expired', active({ exp: 1 }), '401 expired'],
    ['bound to a key', active({ cnf: { jkt: 'x' } }), '401 bound'],
    ['status 500', json(500, {}), '503 introspection'],
    ['status 401, the secret of the gateway is wrong', json(401, {}), '503 introspection'],
    ['no JSON', (_, response) => response.end('yes'), '503 introspection'],
    ['no answer in time', () => undefined, '503 introspection'],
  ] as [string, Responder | object, string][])('%s', async (_, answer, expected) => {
    server.routes.set('/introspect', answer);
    await using auth = await prepare(issuer);
    expect(resultOf(await call(auth, 'opaque'))).toBe(expected);
  });

  it('rejects a revoked token after ttl', async () => {
    server.routes.set('/introspect', active());
    await using auth = await prepare(issuer);
    expect(resultOf(await call(auth, 'opaque'))).toBe('proceed');
    server.routes.set('/introspect', { active: false });
    nowMs += 59_000;
    expect(resultOf(await call(auth, 'opaque'))).toBe('proceed');
    nowMs += 1_000;
    expect(resultOf(await call(auth, 'opaque'))).toBe('401 inactive');
    expect(resultOf(await call(auth, 'opaque'))).toBe('401 inactive');
    expect(server.count('/introspect')).toBe(2);
  });

  it('verifies a JWT by its key all the same', async () => {
    await using auth = await prepare(issuer);
    expect(resultOf(await call(auth, good()))).toBe('proceed');
    expect(server.count('/introspect')).toBe(0);
  });

  it('asks about JWTs too where it is configured, and needs no keys', async () => {
    server.routes.set('/introspect', active());
    await using auth = await prepare({ ...issuer, validation: 'introspection' });
    expect(resultOf(await call(auth, good()))).toBe('proceed');
    expect([server.count('/introspect'), server.count('/jwks')]).toEqual([1, 0]);
  });

  it('stops asking an endpoint that fails, and probes it', async () => {
    server.routes.set('/introspect', json(500, {}));
    await using auth = await prepare(issuer);
    for (let at = 0; at < 10; at++) expect(resultOf(await call(auth, `t${at}`))).toBe('503 introspection');
    expect(server.count('/introspect')).toBe(3);
    server.routes.set('/introspect', active());
    nowMs += 500;
    expect(resultOf(await call(auth, 'again'))).toBe('proceed');
  });
});

describe('credentials for the server', () => {
  const exchange: Config['upstream'] = { mode: 'token_exchange', ...client, auth_method: 'post', audience: 'backend' };
  const headerOf = (outcome: Outcome): unknown =>
    outcome.kind === 'proceed' ? outcome.upstreamHeaders?.['Authorization'] : resultOf(outcome);

  it('exchanges each token, by itself and once', async () => {
    const forms: Record<string, string>[] = [];
    server.routes.set('/token', (_, response, form) => {
      forms.push(Object.fromEntries(form));
      const access_token = `for-${String(forms.length)}`;
      response.end(JSON.stringify({ access_token, token_type: 'bearer', expires_in: 90 }));
    });
    await using auth = await prepare({}, { upstream: exchange });
    const [first, second] = [good({ jti: 1 }), good({ jti: 2 })];
    expect(headerOf(await call(auth, first))).toBe('Bearer for-1');
    expect(headerOf(await call(auth, second))).toBe('Bearer for-2');
    expect(headerOf(await call(auth, first))).toBe('Bearer for-1');
    nowMs += 60_000;
    expect(headerOf(await call(auth, first))).toBe('Bearer for-3');
    expect(forms[0]).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: first,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'backend',
      ...client,
    });
  });

  it.each<[string, Responder | object, string]>([
    ['rejects the token', json(400, { error: 'invalid_grant' }), '401 grant'],
    ['rejects the gateway', json(401, { error: 'invalid_client' }), '502 upstream_credential'],
    ['fails', json(500, {}), '503 exchange'],
    ['does not answer', () => undefined, '503 exchange'],
    ['answers without a token', { token_type: 'Bearer' }, '502 upstream_credential'],
    ['answers with a token of another type', { access_token: 'x', token_type: 'DPoP' }, '502 upstream_credential'],
    [
      'answers with an ID token',
      { access_token: 'x', token_type: 'Bearer', issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      '502 upstream_credential',
    ],
    [
      'answers with a header injection',
      { access_token: 'x\r\nX-A: 1', token_type: 'Bearer' },
      '502 upstream_credential',
    ],
  ] as [string, Responder | object, string][])('the authorization server %s', async (_, answer, expected) => {
    server.routes.set('/token', answer);
    await using auth = await prepare({}, { upstream: exchange });
    const outcome = await call(auth, good());
    expect(resultOf(outcome)).toBe(expected);
    expect(JSON.stringify(outcome)).not.toContain('cret');
  });

  it('shares the token of the gateway, and uses one of unknown life for a minute', async () => {
    server.routes.set('/token', { access_token: 'own', token_type: 'Bearer' });
    const upstream: Config['upstream'] = { mode: 'client_credentials', ...client };
    await using auth = await prepare({}, { upstream, unauthenticated: 'pass' });
    const calls = Array.from({ length: 20 }, (_, at) => call(auth, good({ jti: at })));
    expect(new Set((await Promise.all(calls)).map(headerOf))).toEqual(new Set(['Bearer own']));
    expect(headerOf(await auth.access({ path: '/mcp' }))).toBe('Bearer own');
    expect(server.count('/token')).toBe(1);
    nowMs += 60_000;
    await auth.access({ path: '/mcp' });
    expect(server.count('/token')).toBe(2);
  });

  it.each<['token_exchange' | 'client_credentials', string]>([
    ['token_exchange', 'the token of that caller'],
    ['client_credentials', 'the token of the gateway'],
  ])('%s: drops %s after the server answered 401, once in half a minute', async (mode) => {
    let issued = 0;
    server.routes.set('/token', (_, response) => {
      issued += 1;
      response.end(JSON.stringify({ access_token: `t${issued}`, token_type: 'Bearer', expires_in: 3600 }));
    });
    await using auth = await prepare({}, { upstream: { ...exchange, mode }, token_ttl: 3600 });
    const token = tokenOf(key, nowMs, { iss: server.issuer, exp: nowMs / 1000 + 3600 });
    const other = tokenOf(key, nowMs, { iss: server.issuer, exp: nowMs / 1000 + 3600, sub: 'other' });
    const answered = async (status: number | undefined, inbound: string) => {
      const outcome = await call(auth, inbound);
      const credential = outcome.share?.['mcp_auth_credential'] as string;
      await auth.log({ entry: entryOf(status), credential });
      return headerOf(outcome);
    };
    expect(await answered(200, token)).toBe('Bearer t1');
    const ofOther = mode === 'token_exchange' ? 'Bearer t2' : 'Bearer t1';
    expect(await answered(503, other)).toBe(ofOther);
    expect(await answered(401, token)).toBe('Bearer t1');
    const fresh = await answered(401, token);
    expect(fresh).toBe(mode === 'token_exchange' ? 'Bearer t3' : 'Bearer t2');
    // Rejected again a moment later: fetching once more would not help.
    expect(await answered(undefined, token)).toBe(fresh);
    if (mode === 'token_exchange') expect(await answered(200, other)).toBe(ofOther);
    nowMs += 30_000;
    expect(await answered(401, token)).toBe(fresh);
    expect(await answered(200, token)).toBe(mode === 'token_exchange' ? 'Bearer t4' : 'Bearer t3');
    expect(lines.filter(({ message }) => message.includes('rejected a credential'))).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('Bearer');
  });

  it('drops nothing for a request that took no fetched credential', async () => {
    server.routes.set('/token', { access_token: 'own', token_type: 'Bearer', expires_in: 3600 });
    await using auth = await prepare({}, { upstream: { ...exchange, mode: 'client_credentials' } });
    await call(auth, good());
    await auth.log({ entry: entryOf(401), credential: undefined });
    await auth.log({ entry: undefined, credential: 'gateway' });
    await auth.log({ entry: entryOf(401), credential: 'of another configuration' });
    await call(auth, good());
    expect(server.count('/token')).toBe(1);
  });

  it('has none for a caller without a token', async () => {
    await using auth = await prepare({}, { upstream: exchange, unauthenticated: 'pass' });
    expect(resultOf(await auth.access({ path: '/mcp' }))).toBe('403 no_exchange');
  });
});

/** Kong's log entry of a request, after `seal-session.lua` hid a challenge of the server. */
const entryOf = (upstreamStatus: number | undefined): LogRecord => ({
  request: { id: 'r-1', method: 'POST', headers: {} },
  response: { status: upstreamStatus === 401 ? 502 : 200, headers: {} },
  service: { name: 'calc' },
  source: 'upstream',
  started_at: 1,
  ...(upstreamStatus !== undefined && { upstream_status: `502, ${upstreamStatus}` }),
});

describe('the HTTP client', () => {
  const get = (http: HttpClient, path: string) =>
    http.send({ method: 'GET', url: `${server.origin}${path}`, maxBytes: 1000, reach: 'configured' });

  it('sends a GET again when a kept connection was closed', async () => {
    const http = new HttpClient({ timeoutMs: 2000, sslVerify: true });
    expect(await get(http, '/jwks')).toMatchObject({ status: 200 });
    let requests = 0;
    server.routes.set('/cut', (request, response) => {
      requests += 1;
      if (requests === 1) request.socket.destroy();
      else response.end('there');
    });
    expect(await get(http, '/cut')).toEqual({ kind: 'response', status: 200, body: 'there' });
    http.close();
  });

  it('reaches no address of its own machine by a name that a document contains', async () => {
    const http = new HttpClient({ timeoutMs: 2000, sslVerify: true });
    const url = server.origin.replace('127.0.0.1', 'localhost');
    const ask = (reach: 'configured' | 'public') => http.send({ method: 'GET', url, maxBytes: 1000, reach });
    expect(await ask('public')).toEqual({ kind: 'failure', reason: 'forbidden_address' });
    http.close();
  });
});
