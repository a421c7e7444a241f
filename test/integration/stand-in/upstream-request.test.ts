import { SERVER } from '../../../kong/stand-in/kong-version';
import { send, valuesOf } from '../../../kong/testkit/http';
import { echoed } from '../../../kong/testkit/upstream';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url, port }) => `
upstreams:
- name: pool
  targets: [{ target: "127.0.0.1:${port}" }]
services:
- { name: direct, url: "${url}/base", routes: [{ name: direct, paths: [/direct] }] }
- { name: pooled, host: pool, routes: [{ paths: [/pool] }, { paths: [/kept], preserve_host: true, strip_path: false }] }
- { name: read, url: "${url}", routes: [{ name: read, paths: [/read] }] }
plugins:
- name: pre-function
  route: read
  config: { access: ["kong.request.get_raw_body()"] }
`,
);

describe('the request to the upstream', () => {
  it('has the joined path, the query and the bytes of the body', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { url, method, body: got } = echoed(await proxy.call('/direct/x%20y?a=1&b=%2F', { method: 'POST' }, body));
    expect({ url, method, body: Buffer.from(got, 'base64') }).toEqual({
      url: '/base/x%20y?a=1&b=%2F',
      method: 'POST',
      body,
    });
  });

  it("has Kong's headers and the unchanged headers of the client, without hop-by-hop headers", async () => {
    const { headers } = echoed(
      await proxy.call('/pool/x', {
        headers: {
          'X-Odd-CASE': 'a\xffb',
          'X-Forwarded-For': '9.9.9.9',
          'X-Forwarded-Proto': 'https',
          Connection: 'keep-alive, X-Hop',
          'X-Hop': '1',
          TE: 'trailers, deflate',
          Via: '1.0 other',
        },
      }),
    );
    const { host: listen, port } = new URL(proxy.url);
    const expected = {
      Host: `127.0.0.1:${proxy.upstream.port}`,
      'X-Forwarded-For': '9.9.9.9, 127.0.0.1',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': listen.replace(/:.*/, ''),
      'X-Forwarded-Port': port,
      'X-Forwarded-Path': '/pool/x',
      'X-Forwarded-Prefix': '/pool',
      'X-Real-IP': '127.0.0.1',
      Via: `1.0 other, 1.1 ${SERVER}`,
      Connection: 'keep-alive',
      TE: 'trailers',
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, ...valuesOf(headers, name)]).toEqual([name, value]);
    expect(headers[headers.indexOf('X-Odd-CASE') + 1]).toBe('a\xffb');
    expect(valuesOf(headers, 'X-Hop')).toEqual([]);
    expect(valuesOf(headers, 'X-Kong-Request-Id')).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('has the Host of the client if the route preserves it', async () => {
    const { headers, url } = echoed(await proxy.call('/kept', { headers: { Host: 'public.test' } }));
    expect([valuesOf(headers, 'host'), url]).toEqual([['public.test'], '/kept']);
  });

  it('has the path and the host of an absolute target', async () => {
    const { headers, url } = echoed(
      await send(proxy.url, { path: 'http://named.test:99/direct/x?a=1', headers: { Host: 'other.test' } }),
    );
    expect([url, valuesOf(headers, 'X-Forwarded-Host')]).toEqual(['/base/x?a=1', ['named.test']]);
  });

  it.each(['*', '/direct/%zz', '/direct%00', '/direct/../../direct'])('is not sent for the target %s', async (path) => {
    expect((await send(proxy.url, { path })).status).toBe(400);
  });

  it('has the body of a client that announces trailers, after a plugin read it', async () => {
    const sent = proxy.call('/read', { method: 'POST', headers: { Trailer: 'X-Sum' } }, 'x');
    expect(Buffer.from(echoed(await sent).body, 'base64').toString()).toBe('x');
  });

  it('reuses connections', async () => {
    const ports = new Set<number | undefined>();
    proxy.serve = (incoming, outgoing) => {
      ports.add(incoming.socket.remotePort);
      outgoing.end();
    };
    for (let i = 0; i < 4; i++) await proxy.call('/direct');
    expect(ports.size).toBe(1);
  });
});
