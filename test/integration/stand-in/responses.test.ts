import { once } from 'node:events';
import { connect } from 'node:net';
import { SERVER } from '../../../kong/stand-in/kong-version';
import { send, valuesOf } from '../../../kong/testkit/http';
import { until } from '../../../kong/testkit/until';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url, port }) => `
upstreams:
- name: empty
- name: checked
  targets: [{ target: "127.0.0.1:${port}" }]
  healthchecks:
    passive: { unhealthy: { http_failures: 1 } }
services:
- { name: direct, url: "${url}", routes: [{ paths: [/direct] }] }
- { name: none, host: empty, routes: [{ paths: [/empty] }] }
- { name: checked, host: checked, routes: [{ paths: [/checked] }] }
- { name: dead, url: "http://127.0.0.1:1", retries: 2, routes: [{ paths: [/dead] }] }
- { name: slow, url: "${url}", read_timeout: 100, routes: [{ paths: [/slow] }] }
- { name: secure, url: "${url}", routes: [{ paths: [/secure], protocols: [https] }] }
routes:
- { name: homeless, paths: [/homeless] }
`,
);

describe('the response to the client', () => {
  it('has every header, including repeated ones', async () => {
    proxy.serve = (_, outgoing) => {
      outgoing.writeHead(201, [
        ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Bytes', '\xe9', 'Server', 'mine'],
        ...['Connection', 'X-Private', 'X-Private', '1'],
      ]);
      outgoing.end('done');
    };
    const { status, rawHeaders, body } = await proxy.call('/direct');
    expect([status, body.toString()]).toEqual([201, 'done']);
    expect(valuesOf(rawHeaders, 'set-cookie')).toEqual(['a=1', 'b=2']);
    expect(valuesOf(rawHeaders, 'x-bytes')).toEqual(['\xe9']);
    expect(valuesOf(rawHeaders, 'server')).toEqual(['mine']);
    expect(valuesOf(rawHeaders, 'x-private')).toEqual([]);
    expect(valuesOf(rawHeaders, 'via')).toEqual([`1.1 ${SERVER}`]);
    for (const name of ['X-Kong-Proxy-Latency', 'X-Kong-Upstream-Latency']) {
      expect(valuesOf(rawHeaders, name)).toEqual([expect.stringMatching(/^\d+$/)]);
    }
  });

  it.each<[string, number, string]>([
    ['/nowhere', 404, 'no Route matched with those values'],
    ['/homeless', 503, 'no Service found with those values'],
    ['/empty', 503, 'failure to get a peer from the ring-balancer'],
    ['/secure', 426, 'Please use HTTPS protocol'],
    ['/dead', 502, 'An invalid response was received from the upstream server'],
  ])('%s is %i', async (path, status, message) => {
    const answer = await proxy.call(path, { headers: { Accept: '*/*' } });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.body.toString())).toEqual({ message, request_id: answer.headers['x-kong-request-id'] });
  });

  it('is an error in an accepted media type', async () => {
    const { headers, body } = await proxy.call('/nowhere', { headers: { Accept: 'text/html' } });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body.toString()).toContain('<p>no Route matched with those values.</p>');
  });

  it('is plain text for a failed request without Accept', async () => {
    const { headers } = await proxy.call('/dead');
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('is 404 for a path that is not UTF-8', async () => {
    expect((await proxy.call('/direct/%ff')).status).toBe(404);
  });

  it('is 400 without a Host', async () => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    socket.end('GET /direct HTTP/1.1\r\nConnection: close\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('has a charset for texts, and no length without a body', async () => {
    proxy.serve = (_, outgoing) => outgoing.writeHead(200, { 'Content-Type': 'text/plain' }).end('x');
    expect((await proxy.call('/direct')).headers['content-type']).toBe('text/plain; charset=UTF-8');
    proxy.serve = (_, outgoing) => outgoing.writeHead(204).end();
    const { status, headers } = await proxy.call('/direct');
    expect([status, headers['content-length']]).toEqual([204, undefined]);
  });

  it.each([
    ['GET', 6],
    ['POST', 1],
  ])('of a %s that the upstream hangs up on comes after %i attempts', async (method, attempts) => {
    let seen = 0;
    proxy.serve = (incoming) => {
      seen++;
      incoming.socket.destroy();
    };
    const { status } = await proxy.call('/direct', { method, headers: { 'Content-Length': '0' } });
    expect([status, seen]).toEqual([502, attempts]);
  });

  it('is 504 when the upstream does not respond in time', async () => {
    proxy.serve = () => undefined;
    const { status, body } = await proxy.call('/slow');
    expect([status, body.toString()]).toEqual([504, expect.stringContaining('The upstream server is timing out')]);
  });

  it('is 502 when the upstream closes the connection', async () => {
    proxy.serve = (incoming) => incoming.socket.destroy();
    const { status } = await proxy.call('/direct', { method: 'POST' }, 'x');
    expect(status).toBe(502);
  });

  it('is 503 once the only target failed its checks', async () => {
    proxy.serve = (_, outgoing) => outgoing.writeHead(500).end();
    expect((await proxy.call('/checked')).status).toBe(500);
    await until(() => proxy.gateway.logs.some((line) => line.includes('unhealthy target')), 'the check');
    expect((await proxy.call('/checked')).status).toBe(503);
    const health = await send(`${proxy.gateway.adminUrl}/upstreams/checked/health`);
    expect(JSON.parse(health.body.toString())).toMatchObject({ data: [{ health: 'UNHEALTHY' }] });
  });

  it('is 400 for a request that is not HTTP', async () => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 [^]*Bad request\nrequest_id: /);
  });
});
