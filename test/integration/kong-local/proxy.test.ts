import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
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
import { until } from '../../support/until';

let gateway: TestGateway;
let upstream: TestUpstream;
/** What the upstream does with the next requests. */
let serve: (incoming: IncomingMessage, outgoing: ServerResponse) => void = echo;

beforeAll(async () => {
  upstream = await startUpstream((incoming, outgoing) => {
    serve(incoming, outgoing);
  });
  gateway = await startTestGateway(
    `
upstreams:
- name: pool
  targets: [{ target: "127.0.0.1:${upstream.port}" }]
- name: empty
- name: checked
  targets: [{ target: "127.0.0.1:${upstream.port}" }]
  healthchecks:
    passive: { unhealthy: { http_failures: 1 } }
services:
- { name: direct, url: "${upstream.url}/base", routes: [{ name: direct, paths: [/direct] }] }
- { name: pooled, host: pool, routes: [{ paths: [/pool] }, { paths: [/kept], preserve_host: true, strip_path: false }] }
- { name: none, host: empty, routes: [{ paths: [/empty] }] }
- { name: checked, host: checked, routes: [{ paths: [/checked] }] }
- { name: dead, url: "http://127.0.0.1:1", retries: 2, routes: [{ paths: [/dead] }] }
- { name: slow, url: "${upstream.url}", read_timeout: 100, routes: [{ paths: [/slow] }] }
- { name: secure, url: "${upstream.url}", routes: [{ paths: [/secure], protocols: [https] }] }
- { name: unbuffered, url: "${upstream.url}", routes: [{ paths: [/unbuffered], request_buffering: false }] }
- { name: filtered, url: "${upstream.url}", routes: [{ name: filtered, paths: [/filtered] }] }
- { name: read, url: "${upstream.url}", routes: [{ name: read, paths: [/read] }] }
routes:
- { name: homeless, paths: [/homeless] }
plugins:
- name: pre-function
  route: read
  config: { access: ["kong.request.get_raw_body()"] }
- name: pre-function
  route: filtered
  config:
    access: ["kong.ctx.shared.size = 0"]
    body_filter: ["kong.ctx.shared.size = kong.ctx.shared.size + #(ngx.arg[1] or ''); kong.ctx.shared.ended = ngx.arg[2]"]
    log: ["kong.log.notice('size ', kong.ctx.shared.size, ' ended ', kong.ctx.shared.ended, ' status ', kong.response.get_status())"]
`,
    { nginx_http_client_max_body_size: '1m' },
  );
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

beforeEach(() => {
  serve = echo;
  gateway.logs.length = 0;
});

describe('what the upstream gets', () => {
  it('is the joined path, the query and the bytes of the body', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const {
      url,
      method,
      body: got,
    } = echoed(await send(`${gateway.proxyUrl}/direct/x%20y?a=1&b=%2F`, { method: 'POST' }, body));
    expect({ url, method, body: Buffer.from(got, 'base64') }).toEqual({
      url: '/base/x%20y?a=1&b=%2F',
      method: 'POST',
      body,
    });
  });

  it("are Kong's headers, the client's own ones untouched, none of the connection's", async () => {
    const { headers } = echoed(
      await send(`${gateway.proxyUrl}/pool/x`, {
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
    const { host: listen, port } = new URL(gateway.proxyUrl);
    const expected = {
      Host: `127.0.0.1:${upstream.port}`,
      'X-Forwarded-For': '9.9.9.9, 127.0.0.1',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': listen.replace(/:.*/, ''),
      'X-Forwarded-Port': port,
      'X-Forwarded-Path': '/pool/x',
      'X-Forwarded-Prefix': '/pool',
      'X-Real-IP': '127.0.0.1',
      Via: '1.0 other, 1.1 kong/3.9.3',
      Connection: 'keep-alive',
      TE: 'trailers',
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, ...valuesOf(headers, name)]).toEqual([name, value]);
    expect(headers[headers.indexOf('X-Odd-CASE') + 1]).toBe('a\xffb');
    expect(valuesOf(headers, 'X-Hop')).toEqual([]);
    expect(valuesOf(headers, 'X-Kong-Request-Id')).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('is the Host of the client where the route preserves it', async () => {
    const { headers, url } = echoed(await send(`${gateway.proxyUrl}/kept`, { headers: { Host: 'public.test' } }));
    expect([valuesOf(headers, 'host'), url]).toEqual([['public.test'], '/kept']);
  });

  it('is the path of a target that names a host, and the host it names', async () => {
    const { headers, url } = echoed(
      await send(gateway.proxyUrl, { path: 'http://named.test:99/direct/x?a=1', headers: { Host: 'other.test' } }),
    );
    expect([url, valuesOf(headers, 'X-Forwarded-Host')]).toEqual(['/base/x?a=1', ['named.test']]);
  });

  it.each(['*', '/direct/%zz', '/direct%00', '/direct/../../direct'])('is nothing of the target %s', async (path) => {
    expect((await send(gateway.proxyUrl, { path })).status).toBe(400);
  });

  it('is the body of a client that announces trailers, read by a plugin before', async () => {
    const sent = send(`${gateway.proxyUrl}/read`, { method: 'POST', headers: { Trailer: 'X-Sum' } }, 'x');
    expect(Buffer.from(echoed(await sent).body, 'base64').toString()).toBe('x');
  });

  it('keeps its connections', async () => {
    const ports = new Set<number | undefined>();
    serve = (incoming, outgoing) => {
      ports.add(incoming.socket.remotePort);
      outgoing.end();
    };
    for (let i = 0; i < 4; i++) await send(`${gateway.proxyUrl}/direct`);
    expect(ports.size).toBe(1);
  });
});

describe('the body of a request', () => {
  it('passes piece by piece where the route does not buffer it', async () => {
    const got: string[] = [];
    const outgoing = request(`${gateway.proxyUrl}/unbuffered`, { method: 'POST', agent: false });
    serve = (incoming, answer) => {
      incoming.on('data', (piece: Buffer) => {
        got.push(piece.toString());
        if (got.length === 1) outgoing.end('two');
      });
      incoming.on('end', () => answer.end());
    };
    outgoing.write('one');
    await once(outgoing, 'response');
    expect(got).toEqual(['one', 'two']);
  });

  it('is collected first where it does, as by default, and sent with its length', async () => {
    const outgoing = request(`${gateway.proxyUrl}/direct`, { method: 'POST', agent: false });
    const lengths: (string | undefined)[] = [];
    serve = (incoming, answer) => {
      lengths.push(incoming.headers['content-length']);
      answer.end();
    };
    outgoing.write('one');
    outgoing.end('two');
    await once(outgoing, 'response');
    expect(lengths).toEqual(['6']);
  });
});

describe('what the client gets', () => {
  it('is the answer with every header, repeated ones too', async () => {
    serve = (_, outgoing) => {
      outgoing.writeHead(201, [
        ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Bytes', '\xe9', 'Server', 'mine'],
        ...['Connection', 'X-Private', 'X-Private', '1'],
      ]);
      outgoing.end('done');
    };
    const { status, rawHeaders, body } = await send(`${gateway.proxyUrl}/direct`);
    expect([status, body.toString()]).toEqual([201, 'done']);
    expect(valuesOf(rawHeaders, 'set-cookie')).toEqual(['a=1', 'b=2']);
    expect(valuesOf(rawHeaders, 'x-bytes')).toEqual(['\xe9']);
    expect(valuesOf(rawHeaders, 'server')).toEqual(['mine']);
    expect(valuesOf(rawHeaders, 'x-private')).toEqual([]);
    expect(valuesOf(rawHeaders, 'via')).toEqual(['1.1 kong/3.9.3']);
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
    const answer = await send(gateway.proxyUrl + path, { headers: { Accept: '*/*' } });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.body.toString())).toEqual({ message, request_id: answer.headers['x-kong-request-id'] });
  });

  it('is an error in the form it accepts', async () => {
    const { headers, body } = await send(`${gateway.proxyUrl}/nowhere`, { headers: { Accept: 'text/html' } });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body.toString()).toContain('<p>no Route matched with those values.</p>');
  });

  it('is plain text where it names no form and the request failed on its way', async () => {
    const { headers } = await send(`${gateway.proxyUrl}/dead`);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('is 404 for a path that is no text', async () => {
    expect((await send(`${gateway.proxyUrl}/direct/%ff`)).status).toBe(404);
  });

  it('is 400 without a Host', async () => {
    const socket = connect(Number(new URL(gateway.proxyUrl).port), '127.0.0.1');
    socket.end('GET /direct HTTP/1.1\r\nConnection: close\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('is a text with a charset, and no length where there is no body', async () => {
    serve = (_, outgoing) => outgoing.writeHead(200, { 'Content-Type': 'text/plain' }).end('x');
    expect((await send(`${gateway.proxyUrl}/direct`)).headers['content-type']).toBe('text/plain; charset=UTF-8');
    serve = (_, outgoing) => outgoing.writeHead(204).end();
    const { status, headers } = await send(`${gateway.proxyUrl}/direct`);
    expect([status, headers['content-length']]).toEqual([204, undefined]);
  });

  it.each([
    ['GET', 6],
    ['POST', 1],
  ])('of a %s that the upstream hangs up on comes after %i attempts', async (method, attempts) => {
    let seen = 0;
    serve = (incoming) => {
      seen++;
      incoming.socket.destroy();
    };
    const { status } = await send(`${gateway.proxyUrl}/direct`, { method, headers: { 'Content-Length': '0' } });
    expect([status, seen]).toEqual([502, attempts]);
  });

  it('is 504 when the upstream does not answer in time', async () => {
    serve = () => undefined;
    const { status, body } = await send(`${gateway.proxyUrl}/slow`);
    expect([status, body.toString()]).toEqual([504, expect.stringContaining('The upstream server is timing out')]);
  });

  it('is 502 when the upstream hangs up', async () => {
    serve = (incoming) => incoming.socket.destroy();
    const { status } = await send(`${gateway.proxyUrl}/direct`, { method: 'POST' }, 'x');
    expect(status).toBe(502);
  });

  it('is 503 once the only target failed its checks', async () => {
    serve = (_, outgoing) => outgoing.writeHead(500).end();
    expect((await send(`${gateway.proxyUrl}/checked`)).status).toBe(500);
    await until(() => gateway.logs.some((line) => line.includes('unhealthy target')), 'the check');
    expect((await send(`${gateway.proxyUrl}/checked`)).status).toBe(503);
    const health = await send(`${gateway.adminUrl}/upstreams/checked/health`);
    expect(JSON.parse(health.body.toString())).toMatchObject({ data: [{ health: 'UNHEALTHY' }] });
  });

  it('is 400 for what is no HTTP', async () => {
    const socket = connect(Number(new URL(gateway.proxyUrl).port), '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 [^]*Bad request\nrequest_id: /);
  });
});

describe.each(['/direct', '/filtered'])('streaming through %s', (path) => {
  it('passes each piece of an answer on when it comes', async () => {
    let more: (() => void) | undefined;
    serve = (_, outgoing) => {
      outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
      outgoing.write('data: 1\n\n');
      more = () => {
        more = () => outgoing.end('data: 3\n\n');
        outgoing.write('data: 2\n\n');
      };
    };
    const outgoing = request(gateway.proxyUrl + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const pieces: string[] = [];
    // The next piece is written only when the last one has come: a gateway that buffers would stop here.
    for await (const piece of incoming) {
      pieces.push(String(piece));
      more?.();
    }
    expect(pieces).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
  });

  it('sends the head of a stream that has nothing to say yet', async () => {
    serve = (incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.flushHeaders();
    };
    const response = await fetch(`${gateway.proxyUrl}/direct`, { signal: AbortSignal.timeout(5_000) });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await response.body?.cancel();
  });

  it('lets a slow client slow the upstream down', async () => {
    let written = 0;
    let isFull = false;
    serve = (_, outgoing) => {
      const piece = Buffer.alloc(256 * 1024, 'x');
      while (!isFull) {
        isFull = !outgoing.write(piece) && written > 64 * 1024 * 1024;
        if (outgoing.writableNeedDrain) break;
        written += piece.length;
      }
      const fill = (): void => {
        if (written >= 32 * 1024 * 1024) {
          outgoing.end();
          return;
        }
        written += piece.length;
        if (outgoing.write(piece)) fill();
        else outgoing.once('drain', fill);
      };
      fill();
    };
    const outgoing = request(gateway.proxyUrl + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.pause();
    await new Promise((resolve) => setImmediate(resolve));
    let last = -1;
    await until(() => {
      const stands = written === last;
      last = written;
      return stands;
    }, 'the upstream to stop');
    expect(written).toBeLessThan(32 * 1024 * 1024);
    let size = 0;
    for await (const piece of incoming) size += (piece as Buffer).length;
    expect(size).toBeGreaterThanOrEqual(32 * 1024 * 1024);
  });

  it('breaks the answer off where the upstream does', async () => {
    serve = (_, outgoing) => {
      outgoing.write('half');
      outgoing.flushHeaders();
      setImmediate(() => outgoing.destroy());
    };
    await expect(send(gateway.proxyUrl + path)).rejects.toThrow('aborted');
  });

  it('tells the upstream when the client leaves', async () => {
    const left = new Promise((resolve) => {
      serve = (incoming, outgoing) => {
        outgoing.write('first');
        incoming.socket.once('close', resolve);
      };
    });
    const outgoing = request(gateway.proxyUrl + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(incoming, 'data');
    outgoing.destroy();
    await left;
  });
});

it('runs log, but no end of the body, for a client that leaves', async () => {
  serve = (_, outgoing) => outgoing.write('12345');
  const outgoing = request(`${gateway.proxyUrl}/filtered`, { agent: false }).end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  await once(incoming, 'data');
  outgoing.destroy();
  await until(() => gateway.logs.some((line) => line.includes('size 5 ended false status 200')), 'the log phase');
});

it.each([
  ['by its declared length', {}],
  ['once its pieces are too many', { 'Transfer-Encoding': 'chunked' }],
])('refuses a body over client_max_body_size %s', async (_, headers) => {
  const body = Buffer.alloc(1024 * 1024 + 1);
  const { status } = await send(`${gateway.proxyUrl}/direct`, { method: 'POST', headers }, body);
  expect(status).toBe(413);
});

it('passes an upgrade on, and the bytes of both sides after it', async () => {
  upstream.server.on('upgrade', (incoming: IncomingMessage, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Path: ${incoming.url ?? ''}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  const outgoing = request(`${gateway.proxyUrl}/direct/ws`, {
    agent: false,
    headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
  }).end();
  const [response, socket, head] = (await once(outgoing, 'upgrade')) as [
    IncomingMessage,
    NodeJS.ReadWriteStream,
    Buffer,
  ];
  expect([response.statusCode, response.headers['x-path'], head.length]).toEqual([101, '/base/ws', 0]);
  socket.write('\0ping\xff');
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toBe('\0ping\xff');
  socket.end();
});

it('answers an upgrade that it refuses', async () => {
  const { status } = await send(`${gateway.proxyUrl}/nowhere`, {
    headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
  });
  expect(status).toBe(404);
});
