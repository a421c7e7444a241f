import { existsSync } from 'node:fs';
import { fromStruct, fromValue } from '../../../kong/stand-in/rpc/pb-values';
import { valuesOf } from '../../../kong/testkit/http';
import { until } from '../../../kong/testkit/until';
import { echoed } from '../../../kong/testkit/upstream';
import { text, useScriptedGateway } from './scripted-gateway';

const scripted = useScriptedGateway();

it('serves the reads of an event and applies its effects', async () => {
  scripted.server.scripts = {
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
  const answer = await scripted.proxy.call(
    '/echo?a',
    { method: 'POST', headers: { apikey: 'k1', 'X-Bin': '\xff', 'X-Two': ['a', 'b'], 'X-Drop': '1' } },
    body,
  );
  const [replies = []] = scripted.server.replies['access'] ?? [];
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

it('ends the request when an event exits, and closes the connection', async () => {
  await scripted.warmUp();
  scripted.server.scripts = {
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
  const { status, body, headers } = await scripted.proxy.call('/echo');
  expect([status, body, headers['content-type']]).toEqual([403, text('{"no":"\xff"}'), 'application/json']);
  await until(() => scripted.server.replies['log']?.some((replies) => replies.length === 1) === true, 'the log event');
  expect(scripted.server.replies['access']).toEqual([[]]);
});

it('runs the log phase after the response, with saved data', async () => {
  scripted.server.scripts = {
    log: [
      ['kong.log.serialize'],
      ['kong.ctx.shared.get', { v: text('given') }],
      ['kong.response.get_status'],
      ['kong.request.get_headers', { v: 1 }],
      ['kong.response.get_header', { v: text('content-type') }],
    ],
  };
  await scripted.proxy.call('/echo/x?q=1', { headers: { 'X-Bin': '\xfe', Authorization: 'Bearer t' } });
  // Log events of earlier requests may still come.
  const own = () => scripted.server.replies['log']?.find(([entry]) => String(entry?.['v']).includes('q=1'));
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
    tries: [{ ip: '127.0.0.1', port: scripted.proxy.upstream.port }],
  });
  expect(Number(logged['request']!['size'])).toBeGreaterThan(80);
  expect(Number(logged['response']!['size'])).toBeGreaterThan(200);
  expect(fromValue(shared)).toMatchObject({ yes: true });
  expect(status).toMatchObject({ v: 200 });
  expect(Object.keys(fromStruct(headers)).length).toBeGreaterThan(3);
  expect(String(type!['v'])).toBe('application/json');
});

it('cannot read data that is not saved after the request', async () => {
  scripted.server.scripts = { log: [['kong.request.get_method']] };
  await scripted.proxy.call('/echo');
  await until(
    () => scripted.proxy.gateway.logs.some((line) => line.includes('API disabled in the context of ngx.timer')),
    'the error',
  );
});

it('responds with 500 to a call that Kong rejects', async () => {
  scripted.server.scripts = { access: [['kong.request.get_headers', { v: 0 }]] };
  const { status, body } = await scripted.proxy.call('/echo');
  expect([status, JSON.parse(body.toString())]).toMatchObject([500, { message: 'An unexpected error occurred' }]);
  expect(scripted.proxy.gateway.logs.join()).toContain('max_headers must be >= 1');
});

it('returns the path of a body in a file, and still sends its bytes', async () => {
  let path = '';
  scripted.server.scripts = { access: [['kong.request.get_raw_body']] };
  const body = Buffer.alloc(20_000, 'é', 'utf8');
  scripted.proxy.upstream.server.once('request', () => {
    path = String(scripted.server.replies['access']?.[0]?.[0]?.['body_filepath']);
  });
  const answer = await scripted.proxy.call('/echo', { method: 'POST' }, body);
  expect(Buffer.from(echoed(answer).body, 'base64').equals(body)).toBe(true);
  expect(path).toMatch(/^\//);
  await until(() => !existsSync(path), 'the file to be removed');
});
