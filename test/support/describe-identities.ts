import { until } from '../../kong/testkit/until';
import { ISSUER } from './access-tokens';
import type { StartGateway } from './batches-scenario';
import {
  ANN_ID,
  IdentitiesScenario,
  KEY_ID,
  METADATA,
  receivedOf,
  resourceOf,
  SESSION,
  tokenFor,
} from './identities-scenario';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const METADATA_URL = 'https://ai.example.com/.well-known/oauth-protected-resource/public';

/** Expects of a gateway what section by section the README of mcp-auth promises; the same on every engine. */
export function describeIdentities(start: StartGateway): void {
  let scenario: IdentitiesScenario;
  beforeAll(async () => {
    scenario = await IdentitiesScenario.start(start);
  }, 120_000);
  afterAll(() => (scenario as IdentitiesScenario | undefined)?.close());

  describe('metadata', () => {
    const LIES = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };

    it.each<[string, string, object]>([
      ['at the path of the resource', `${METADATA}/public`, {}],
      [
        'at that path with a slash, for the resource with a slash',
        `${METADATA}/public/`,
        { resource: `${resourceOf('public')}/` },
      ],
      ['at the root', METADATA, {}],
      ['at the root with a slash', `${METADATA}/`, {}],
      ['at a path that is escaped', '/%2ewell-known/oauth-protected-resource/public', {}],
      ['at a path with empty segments', '//.well-known//oauth-protected-resource/public', {}],
      ['at a path that goes up', `/x/%2e%2e${METADATA}/public`, {}],
    ])('has these very members %s, whatever a proxy or a client says about hosts', async (_, path, changes) => {
      const { status, headers, body } = await scenario.ask('GET', path, LIES);
      expect([status, headers['content-type'], headers['access-control-allow-origin']]).toEqual([
        200,
        'application/json',
        '*',
      ]);
      expect(JSON.parse(body.toString())).toEqual({
        resource: resourceOf('public'),
        authorization_servers: [ISSUER],
        bearer_methods_supported: ['header'],
        ...changes,
      });
    });

    it('is not at a longer path: 404, and the server never sees it', async () => {
      const { status, body } = await scenario.ask('GET', `${METADATA}/publicx`);
      expect([status, body.toString()]).toEqual([404, '{"error":"not_found"}']);
    });

    it('has no body for HEAD', async () => {
      const { status, headers, body } = await scenario.ask('HEAD', `${METADATA}/public`);
      expect([status, headers['content-type'], body.length]).toEqual([200, 'application/json', 0]);
    });

    it('may be asked for with MCP-Protocol-Version by web pages', async () => {
      const asked = { origin: 'https://app.example', 'access-control-request-headers': 'mcp-protocol-version' };
      const { status, headers } = await scenario.ask('OPTIONS', `${METADATA}/keyed`, asked);
      expect(status).toBe(204);
      expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' });
    });

    it('needs no token, also behind key-auth with an anonymous consumer', async () => {
      const { status, body } = await scenario.ask('GET', `${METADATA}/keyed`);
      expect([status, JSON.parse(body.toString())]).toMatchObject([200, { resource: resourceOf('keyed') }]);
    });
  });

  describe('challenges', () => {
    it('name metadata, scope and realm, without an error, where there is no token', async () => {
      const { status, headers } = await scenario.ask('GET', '/public/mcp');
      const challenge = `Bearer scope="mcp", realm="a \\"b\\"", resource_metadata="${METADATA_URL}"`;
      expect([status, headers['www-authenticate']]).toEqual([401, challenge]);
    });

    it('have the CORS headers of the cors plugin', async () => {
      const { status, headers } = await scenario.ask('GET', '/public/mcp', { origin: 'https://app.example' });
      expect(status).toBe(401);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-expose-headers']).toBe('WWW-Authenticate');
    });

    it('two Authorization headers are rejected', async () => {
      const token = `Bearer ${tokenFor('public')}`;
      const { status } = await scenario.ask('GET', '/public/mcp', { authorization: [token, token] });
      expect(status).toBe(400);
    });
  });

  describe('callers', () => {
    const FORGED = {
      'x-consumer-id': ANN_ID,
      x_consumer_username: 'ann',
      'x-consumer-groups': 'team',
      'x-mcp-principal': 'p',
      'x-tenant': 'evil',
    };

    it('are known to the server by their consumer, whatever they say about themselves, and without their token', async () => {
      const answer = await scenario.get('public', { name: 'ann', tenant: 'acme' }, FORGED);
      const received = (name: string) => receivedOf(answer, name);
      expect(answer.status).toBe(200);
      expect(received('authorization')).toEqual([]);
      expect(['x-consumer-id', 'x-consumer-username', 'x-consumer-custom-id', 'x-tenant'].map(received)).toEqual([
        [ANN_ID],
        ['ann'],
        ['7'],
        ['acme'],
      ]);
      expect(['x_consumer_username', 'x-consumer-groups'].map(received)).toEqual([[], []]);
      expect(received('x-mcp-principal')).toEqual([expect.stringMatching(/^[\w-]{22}$/)]);
    });

    it('have no header of a claim that their token lacks, and none for an absent custom_id', async () => {
      const answer = await scenario.get('public', { name: 'bob' }, FORGED);
      expect([answer.status, receivedOf(answer, 'x-consumer-username')]).toEqual([200, ['bob']]);
      expect(['x-tenant', 'x-consumer-custom-id'].map((name) => receivedOf(answer, name))).toEqual([[], []]);
    });

    it('are not the consumer whose id their token names', async () => {
      const answer = await scenario.get('public', { name: ANN_ID });
      expect([answer.status, receivedOf(answer, 'x-consumer-id')]).toEqual([200, []]);
    });

    it('without a consumer pass or get 403, as configured', async () => {
      expect((await scenario.get('public', { name: 'eve' })).status).toBe(200);
      expect((await scenario.get('known', { name: 'eve' })).status).toBe(403);
      expect((await scenario.get('known', { name: ANN_ID })).status).toBe(403);
      expect((await scenario.get('known', { name: 'ann' })).status).toBe(200);
    });

    it.each<[string, string, object, number]>([
      ['a group of the token', 'grouped', { roles: ['team'] }, 200],
      ['another group of the token', 'grouped', { roles: ['other'] }, 403],
      ['no group of the token', 'grouped', {}, 403],
      ['no group of the token, but a consumer in the group', 'grouped', { name: 'ann' }, 200],
      ['a consumer in the group', 'flow', { name: 'ann' }, 200],
      ['a consumer without the group', 'flow', { name: 'bob' }, 403],
      ['neither', 'flow', {}, 403],
    ])('acl decides by %s', async (_, service, claims, status) => {
      expect((await scenario.post(service, claims, 'ping')).status).toBe(status);
    });

    it('with a key of Kong need no token; with a bad key and no token they get the challenge', async () => {
      const good = await scenario.ask('GET', '/keyed/mcp', { apikey: 'key-of-ann', ...bearer('unread') });
      expect([good.status, receivedOf(good, 'x-consumer-username')]).toEqual([200, ['ann']]);
      expect([receivedOf(good, 'x-credential-identifier'), receivedOf(good, 'authorization')]).toEqual([[KEY_ID], []]);
      const bad = await scenario.ask('GET', '/keyed/mcp', { apikey: 'x' });
      expect([bad.status, bad.headers['www-authenticate']]).toEqual([
        401,
        expect.stringContaining('resource_metadata'),
      ]);
      const token = await scenario.get('keyed', { name: 'bob' }, { apikey: 'x' });
      expect([token.status, receivedOf(token, 'x-anonymous-consumer')]).toEqual([200, []]);
    });

    it('whose credential of Kong has no id are not taken for authenticated', async () => {
      expect((await scenario.ask('GET', '/nameless/mcp')).status).toBe(401);
      expect((await scenario.get('nameless')).status).toBe(200);
    });
  });

  describe('a call of a consumer', () => {
    const add = (claims: object) => scenario.post('flow', claims, 'tools/call', { name: 'add', arguments: {} });

    it('meets the lists of its own validator', async () => {
      const call = await scenario.post('flow', { name: 'ann' }, 'tools/call', { name: 'secret', arguments: {} });
      expect(call.body.toString()).toContain('Unknown tool: secret');
      const list = await scenario.post('flow', { name: 'ann' }, 'tools/list');
      expect(list.body.toString()).toContain('add');
      expect(list.body.toString()).not.toContain('secret');
    });

    it('is limited by the tool limit over all its tokens, and counted by the limit of Kong', async () => {
      const answers = [];
      for (const jti of [1, 2, 3]) answers.push(await add({ name: 'ann', jti }));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(answers[1]?.headers['ratelimit-remaining']).toBe('0');
      expect(answers[0]?.headers['x-ratelimit-remaining-hour']).toMatch(/^9\d$/);
    });

    it('is counted and traced as the consumer', async () => {
      await scenario.eventually('mcp_gateway_auth_attempts_total{type="oauth2",result="success"}', 1);
      await until(() => scenario.collector.spans.some(({ name }) => name === 'tools/call add'), 'a span');
      const span = scenario.collector.spans.find(({ name }) => name === 'tools/call add');
      expect(span?.attributes).toMatchObject({ 'user.id': ANN_ID, 'gen_ai.tool.name': 'add' });
      expect(JSON.stringify(scenario.collector.spans)).not.toMatch(/eyJ|user-1/);
    });
  });

  describe('a call of a caller without a consumer', () => {
    const add = (sub: string, jti: number) =>
      scenario.post('limited', { sub, jti }, 'tools/call', { name: 'add', arguments: {} });

    it('is limited by its principal, over all its tokens, and does not take from others', async () => {
      const statuses = [];
      for (const [sub, jti] of [
        ['a', 1],
        ['a', 2],
        ['a', 3],
        ['b', 1],
      ] as const) {
        statuses.push((await add(sub, jti)).status);
      }
      expect(statuses).toEqual([200, 200, 429, 200]);
      expect((await add('a', 4)).headers['x-ratelimit-limit-hour']).toBe('3');
      expect((await add('b', 2)).status).toBe(200);
    });

    it('is traced as its principal', async () => {
      const answer = await scenario.post('limited', { sub: 'c' }, 'tools/call', { name: 'look', arguments: {} });
      const [principal] = receivedOf(answer, 'x-mcp-principal');
      await until(() => scenario.collector.spans.some(({ name }) => name === 'tools/call look'), 'a span');
      const span = scenario.collector.spans.find(({ name }) => name === 'tools/call look');
      expect(span?.attributes).toMatchObject({ 'user.id': principal });
    });
  });

  describe('sessions', () => {
    const withId = (id: string) => ({ 'mcp-session-id': id });

    it.each(['POST', 'GET', 'DELETE'])('of another caller do not exist for %s', async (method) => {
      const id = `s-${method}`;
      expect((await scenario.get('first', { sub: 'a' }, withId(id), method)).status).toBe(200);
      const foreign = await scenario.get('first', { sub: 'b' }, withId(id), method);
      expect([foreign.status, JSON.parse(foreign.body.toString())]).toEqual([
        404,
        { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Session not found' } },
      ]);
      expect((await scenario.get('first', { sub: 'a', client_id: 'other' }, withId(id), method)).status).toBe(404);
      // The same caller with a fresh token.
      expect((await scenario.get('first', { sub: 'a', jti: 2 }, withId(id), method)).status).toBe(200);
    });

    it('have a seal that never reaches the server, and belong to their caller only', async () => {
      const begun = await scenario.post('sealed', { sub: 'a' }, 'initialize');
      const id = String(begun.headers['mcp-session-id']);
      expect(id).toMatch(new RegExp(`^${SESSION}\\.[\\w-]{27}$`));
      for (const method of ['POST', 'GET', 'DELETE']) {
        const own = await scenario.get('sealed', { sub: 'a', jti: 2 }, withId(id), method);
        expect([own.status, receivedOf(own, 'mcp-session-id')]).toEqual([200, [SESSION]]);
        const others = [
          [{ sub: 'b' }, id],
          [{ sub: 'a' }, SESSION],
          [{ sub: 'a' }, `${id.slice(0, -2)}${id.endsWith('AA') ? 'BB' : 'AA'}`],
        ] as const;
        for (const [claims, tried] of others) {
          expect((await scenario.get('sealed', claims, withId(tried), method)).status).toBe(404);
        }
      }
    });
  });

  describe.each(['fetched', 'fetched-in-guard'])('a credential for the server (%s)', (service) => {
    it('is dropped when the server rejects it, and the challenge of the server is hidden', async () => {
      let issued = 0;
      scenario.issuer.routes.set('/token', (_, response) => {
        response.end(
          JSON.stringify({ access_token: `${service}-${++issued}`, token_type: 'Bearer', expires_in: 3600 }),
        );
      });
      const call = () => scenario.post(service, {}, 'tools/call', { name: 'add', arguments: {} });
      expect(receivedOf(await call(), 'authorization')).toEqual([`Bearer ${service}-1`]);
      scenario.rejected.add(`Bearer ${service}-1`);
      const rejected = await call();
      expect([rejected.status, rejected.headers['www-authenticate']]).toEqual([502, undefined]);
      await until(
        () =>
          scenario.lines.some(({ message, fields }) => fields['service'] === service && message.includes('dropped')),
        'the credential to be dropped',
      );
      expect(receivedOf(await call(), 'authorization')).toEqual([`Bearer ${service}-2`]);
    });
  });
}
