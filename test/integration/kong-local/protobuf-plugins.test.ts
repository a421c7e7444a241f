import { mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXITED } from '../../../kong/local/lua/value';
import type { PluginConfig } from '../../../kong/local/plugin-handler';
import { PbRpc } from '../../../kong/local/rpc/pb-rpc';
import { fromStruct, fromValue } from '../../../kong/local/rpc/pb-values';
import {
  echo,
  echoed,
  send,
  startTestGateway,
  startUpstream,
  valuesOf,
  type TestGateway,
  type TestUpstream,
} from '../../support/local-gateway';
import { ScriptedPluginServer } from '../../support/scripted-plugin-server';
import { until } from '../../support/until';

const folder = mkdtempSync(join(tmpdir(), 'kong-local-'));
const socket = join(folder, 'plugins.sock');
const text = (value: string) => Buffer.from(value, 'latin1');
const description = (name: string, priority: number) => ({
  Name: name,
  Version: '1.0.0',
  Priority: priority,
  Phases: ['access', 'log'],
  Schema: {
    name,
    fields: [
      {
        config: {
          type: 'record',
          fields: [
            { mode: { type: 'string', default: 'strict' } },
            { names: { type: 'array', elements: { type: 'string' }, default: [] } },
            { limits: { type: 'map', keys: { type: 'string' }, values: { type: 'integer' } } },
            { secret: { type: 'string', referenceable: true } },
            { unset: { type: 'integer' } },
          ],
        },
      },
    ],
  },
});

let server: ScriptedPluginServer;
let upstream: TestUpstream;
let gateway: TestGateway;

const configText = (port: number, mode = 'lax') => `
services:
- name: echo
  url: http://127.0.0.1:${port}
  routes: [{ name: echo, paths: [/echo] }]
  plugins:
  - name: scripted
    config: { mode: ${mode}, limits: {}, secret: "{vault://env/test-secret}" }
consumers:
- { username: ann, tags: [gold], keyauth_credentials: [{ key: k1 }] }
plugins:
- name: key-auth
  config: { anonymous: nobody }
- name: pre-function
  config:
    access: ["kong.ctx.shared.given = { list = { 1, 'two' }, empty = {}, yes = true, no = false }"]
`;

beforeAll(async () => {
  server = await ScriptedPluginServer.listen(socket);
  upstream = await startUpstream(echo);
  const answer = { Protocol: 'ProtoBuf:1', Plugins: [description('scripted', 500), description('second', 1)] };
  writeFileSync(join(folder, 'scripted.json'), JSON.stringify(answer));
  gateway = await startTestGateway(
    configText(upstream.port),
    {
      plugins: 'bundled,scripted',
      pluginserver_names: 'scripted',
      pluginserver_scripted_socket: socket,
      pluginserver_scripted_query_cmd: `cat ${join(folder, 'scripted.json')}`,
    },
    { env: { TEST_SECRET: 'hush' } },
  );
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  server.scripts = {};
  server.replies = {};
  gateway.logs.length = 0;
});

const call = (path = '/echo', options = {}, body?: string | Buffer) => send(gateway.proxyUrl + path, options, body);
/** Both workers have had a request: each has its instance. */
const warmUp = async () => {
  await call();
  await call();
};

it('starts one instance for each worker, each with its own sequence', async () => {
  await warmUp();
  await warmUp();
  expect(server.started.map(({ name }) => name)).toEqual(['scripted', 'scripted']);
  const [one, other] = server.started.map(({ config }) => config);
  expect(one).toMatchObject({
    mode: 'lax',
    names: [],
    limits: {},
    secret: 'hush',
    service_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    __plugin_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    __key__: expect.stringMatching(/^plugins:scripted::[0-9a-f-]{36}:::/) as string,
    __ws_id: '0dc6f45b-8f8d-40d2-a504-473544ee190b',
  });
  expect(one).not.toHaveProperty('unset');
  expect(one).not.toHaveProperty('route_id');
  expect({ ...other, __seq__: one?.['__seq__'] }).toEqual(one);
  expect(other?.['__seq__']).not.toBe(one?.['__seq__']);
});

it('takes only the first plugin of an answer', async () => {
  await expect(gateway.reload('_format_version: "3.0"\nplugins: [{ name: second }]')).rejects.toThrow(
    "plugins[1]: plugin 'second' not enabled",
  );
});

it('answers what an event reads, and carries out what it does', async () => {
  server.scripts = {
    access: [
      ['kong.request.get_headers', { v: 1000 }],
      ['kong.request.get_raw_body'],
      ['kong.client.get_consumer'],
      ['kong.ctx.shared.get', { v: text('given') }],
      ['kong.ctx.shared.get', { v: text('nothing') }],
      ['kong.request.get_header', { v: text('x-none') }],
      ['kong.router.get_service'],
      [
        'kong.ctx.shared.set',
        {
          k: text('mcp'),
          v: {
            struct_value: {
              fields: [
                { key: text('name'), value: { string_value: text('a\xff') } },
                { key: text('no'), value: { bool_value: false } },
                { key: text('ids'), value: { list_value: { values: [{ number_value: 1 }, { bool_value: true }] } } },
              ],
            },
          },
        },
      ],
      ['kong.ctx.shared.get', { v: text('mcp') }],
      ['kong.response.set_headers', { fields: [{ key: text('X-Limit'), value: { string_value: text('9') } }] }],
      [
        'kong.service.request.set_headers',
        {
          fields: [
            {
              key: text('X-Up'),
              value: { list_value: { values: [{ string_value: text('1') }, { string_value: text('2') }] } },
            },
          ],
        },
      ],
      ['kong.service.request.clear_header', { v: text('X-Drop') }],
    ],
  };
  const body = Buffer.from([0, 200, 255]);
  const answer = await call(
    '/echo?a',
    { method: 'POST', headers: { apikey: 'k1', 'X-Bin': '\xff', 'X-Two': ['a', 'b'], 'X-Drop': '1' } },
    body,
  );
  const [replies = []] = server.replies['access'] ?? [];
  const headers = fromStruct(replies[0]);
  expect(headers).toMatchObject({ 'x-bin': '\xff', 'x-two': ['a', 'b'], 'x-consumer-username': 'ann' });
  expect(replies[1]).toMatchObject({ content: body });
  expect(replies[2]).toMatchObject({ username: text('ann'), tags: [text('gold')] });
  expect(fromValue(replies[3])).toEqual({ list: [1, 'two'], empty: {}, yes: true });
  expect(replies[4]).toMatchObject({ null_value: 1 });
  expect(replies[5]?.['v']).toHaveLength(0);
  expect(replies[6]).toMatchObject({ name: text('echo'), host: text('127.0.0.1'), read_timeout: 60000 });
  expect(fromValue(replies[8])).toEqual({ name: 'a\xff', ids: [1, true] });
  expect(valuesOf(answer.rawHeaders, 'x-limit')).toEqual(['9']);
  const { headers: sent } = echoed(answer);
  expect([valuesOf(sent, 'x-up'), valuesOf(sent, 'x-drop')]).toEqual([['1', '2'], []]);
});

it('ends the request where an event exits, and drops the connection', async () => {
  await warmUp();
  server.scripts = {
    access: [
      [
        'kong.response.exit',
        {
          status: 403,
          body: text('{"no":"\xff"}'),
          headers: { fields: [{ key: text('Content-Type'), value: { string_value: text('application/json') } }] },
        },
      ],
      ['kong.request.get_method'],
    ],
    log: [['kong.log.serialize']],
  };
  const { status, body, headers } = await call();
  expect([status, body, headers['content-type']]).toEqual([403, text('{"no":"\xff"}'), 'application/json']);
  await until(() => server.replies['log']?.some((replies) => replies.length === 1) === true, 'the log event');
  expect(server.replies['access']).toEqual([[]]);
});

it('runs log after the answer, on saved data', async () => {
  server.scripts = {
    log: [
      ['kong.log.serialize'],
      ['kong.ctx.shared.get', { v: text('given') }],
      ['kong.response.get_status'],
      ['kong.request.get_headers', { v: 1 }],
      ['kong.response.get_header', { v: text('content-type') }],
    ],
  };
  await call('/echo/x?q=1', { headers: { 'X-Bin': '\xfe', Authorization: 'Bearer t' } });
  // Log events of earlier requests may still come.
  const own = () => server.replies['log']?.find(([entry]) => String(entry?.['v']).includes('q=1'));
  await until(() => own()?.length === 5, 'the log event');
  const [entry, shared, status, headers, type] = own()!;
  const logged = JSON.parse((entry!['v'] as Buffer).toString('latin1')) as Record<string, Record<string, unknown>>;
  expect(logged).toMatchObject({
    request: {
      uri: '/echo/x?q=1',
      method: 'GET',
      querystring: { q: '1' },
      headers: { authorization: 'REDACTED', 'x-bin': '\xfe' },
    },
    response: { status: 200 },
    upstream_uri: '/x?q=1',
    upstream_status: '200',
    route: { name: 'echo' },
    service: { name: 'echo' },
    source: 'upstream',
    client_ip: '127.0.0.1',
    tries: [{ ip: '127.0.0.1', port: upstream.port }],
  });
  expect(Number(logged['request']!['size'])).toBeGreaterThan(80);
  expect(Number(logged['response']!['size'])).toBeGreaterThan(200);
  expect(fromValue(shared)).toMatchObject({ yes: true });
  expect(status).toMatchObject({ v: 200 });
  expect(Object.keys(fromStruct(headers)).length).toBeGreaterThan(3);
  expect(String(type!['v'])).toBe('application/json');
});

it('can not ask for what is not saved once the request is over', async () => {
  server.scripts = { log: [['kong.request.get_method']] };
  await call();
  await until(
    () => gateway.logs.some((line) => line.includes('API disabled in the context of ngx.timer')),
    'the error',
  );
});

it('answers 500 to a call that Kong refuses', async () => {
  server.scripts = { access: [['kong.request.get_headers', { v: 0 }]] };
  const { status, body } = await call();
  expect([status, JSON.parse(body.toString())]).toMatchObject([500, { message: 'An unexpected error occurred' }]);
  expect(gateway.logs.join()).toContain('max_headers must be >= 1');
});

it('gives the path of a body that spilled to a file, and still sends its bytes', async () => {
  let path = '';
  server.scripts = { access: [['kong.request.get_raw_body']] };
  const body = Buffer.alloc(20_000, 'é', 'utf8');
  upstream.server.once('request', () => {
    path = String(server.replies['access']?.[0]?.[0]?.['body_filepath']);
  });
  const answer = await call('/echo', { method: 'POST' }, body);
  expect(Buffer.from(echoed(answer).body, 'base64').equals(body)).toBe(true);
  expect(path).toMatch(/^\//);
  await until(() => !existsSync(path), 'the file to be removed');
});

it('runs an event again on a new instance after the connection was closed in it', async () => {
  await warmUp();
  const before = server.started.length;
  server.scripts = { access: ['hang up'] };
  const answer = call();
  await until(() => server.started.length >= before + 2, 'some repetitions');
  server.scripts = {};
  expect((await answer).status).toBe(200);
  expect(gateway.logs).toContainEqual('[warn] [scripted] closed');
});

it('closes the old instance only when the same plugin comes again with another configuration', async () => {
  await warmUp();
  const before = server.started.length;
  const [old] = server.started.slice(-2);
  await gateway.reload(`_format_version: "3.0"\n${configText(upstream.port, 'newer')}`);
  expect(server.started.length).toBe(before);
  await warmUp();
  const started = server.started.slice(before);
  expect(started.map(({ config }) => config['mode'])).toEqual(['newer', 'newer']);
  expect(started[0]?.config['__plugin_id']).toBe(old?.config['__plugin_id']);
  expect(new Set(server.started.map(({ config }) => config['__seq__'])).size).toBeGreaterThanOrEqual(4);
  expect(server.closed).toContain(old?.id);
});

it('keeps the connections of events that ended', async () => {
  await warmUp();
  await until(() => server.openConnections <= 8, 'events to end');
  const before = server.openConnections;
  for (let i = 0; i < 20; i++) await call();
  expect(server.openConnections).toBeLessThanOrEqual(before + 2);
});

describe('without a server', () => {
  it('refuses requests, warm and cold, and works again when it is back', async () => {
    await warmUp();
    await server.close();
    for (let i = 0; i < 4; i++) {
      const { status, body } = await call();
      expect([status, JSON.parse(body.toString())]).toMatchObject([500, { message: 'An unexpected error occurred' }]);
    }
    expect(gateway.logs.join()).toContain('no such file or directory');
    server = await ScriptedPluginServer.listen(socket);
    expect((await call()).status).toBe(200);
  });
});

describe('PbRpc alone', () => {
  const config = { __plugin_id: 'p', __key__: 'k', __seq__: 1 } as PluginConfig;

  it('runs an event over a table of functions', async () => {
    const rpc = new PbRpc({ socket, plugin: 'scripted' });
    server.scripts = { access: [['kong.request.get_method'], ['kong.request.get_raw_body']] };
    await rpc.handleEvent(config, 'access', {
      'kong.request.get_method': () => 'PUT',
      'kong.request.get_raw_body': () => Promise.resolve('\xff'),
    });
    expect(server.replies['access']?.[0]).toMatchObject([{ v: text('PUT') }, { content: text('\xff') }]);
  });

  it('says when a function ended the phase', async () => {
    const rpc = new PbRpc({ socket, plugin: 'scripted' });
    server.scripts = { access: [['kong.response.exit', { status: 204 }]] };
    const got: unknown[] = [];
    const exited = await rpc.handleEvent(config, 'access', {
      'kong.response.exit': (...args) => {
        got.push(args);
        return EXITED;
      },
    });
    expect([exited, got]).toEqual([EXITED, [[204, '', undefined]]]);
  });

  it('answers through the PDK when it does not know a function', async () => {
    const rpc = new PbRpc({ socket, plugin: 'scripted' });
    server.scripts = { access: [['kong.request.get_method']] };
    const errors: unknown[] = [];
    await rpc.handleEvent(config, 'access', {
      'kong.response.error': (status) => {
        errors.push(status);
        return EXITED;
      },
    });
    expect(errors).toEqual([500]);
  });
});
