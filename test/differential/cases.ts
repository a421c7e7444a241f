import { AUTH } from './auth';
import type { Case } from './case';
import { HELD } from './held-cases';
import { ask, text } from './requests';

const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].map((method) =>
  ask(method, '/plain/x', ['POST', 'PUT', 'PATCH', 'PROPFIND'].includes(method) ? { body: 'body' } : {}),
);

const PATHS = [
  ...[
    '/plain',
    '/plain/',
    '/plainness',
    '/plain?a=1',
    '/plain/x?a=%20b&c',
    '/plain/a%20b',
    '/plain/%7Euser',
    '/plain/~u',
  ],
  ...[
    '/plain/a/../b',
    '/plain/./x',
    '/plain//x',
    '/plain/%2e%2e/x',
    '/plain/a%2fb',
    '/plain/a%2Fb',
    '/plain/..',
    '/plain/x/.',
  ],
  ...[
    '/plain/x;y=1',
    '/plain/%C3%A9',
    '/plain/a+b',
    "/plain/'q'",
    '/plain/a|b',
    '/plain/%zz',
    '/plain/%',
    '/plain/%00',
  ],
  ...[
    '/based',
    '/based/',
    '/based/x',
    '/kept/x',
    '/pattern/abc/12',
    '/pattern/abc/x',
    '/nowhere',
    '/',
    '//plain/x',
    '/PLAIN/x',
  ],
  ...[
    '/no-service',
    '/empty/x',
    '/plain/?',
    '/plain/x?',
    '/plain/x#y',
    '/plain/..%2f..%2fx',
    '/../plain',
    '/plain/%ff',
  ],
].map((path) => ask('GET', path));

const RESPONSES = [
  ...['partial', 'chunks-broken-off', 'until-close', 'http-1.0', 'reason', 'no-reason', 'repeated', 'hops', 'latin-1'],
  ...['text-type', 'not-modified', 'no-content', 'with-date', 'error', 'redirect', 'kong-headers', 'chunks'],
].flatMap((name) => [ask('GET', `/plain/${name}`), ask('GET', `/direct/${name}`)]);

const UPGRADES: readonly Case[] = [
  {
    name: 'a WebSocket upgrade',
    send: [text('GET', '/plain/ws', { headers: ['Connection: Upgrade', 'Upgrade: WebSocket'] }), 'ping'],
  },
];

const FAILURES = [
  ask('GET', '/dead/x'),
  ask('POST', '/dead/x', { body: 'x' }),
  ask('GET', '/dead/x', { headers: ['Accept: text/html'] }),
  ask('GET', '/dead/x', { headers: ['Accept: application/xml'] }),
  ask('GET', '/dead/x', { headers: ['Accept: text/plain;q=0.5, application/json;q=0.1'] }),
  ask('GET', '/slow/silent'),
  ask('GET', '/secure/x', {}, { differs: 'log' }),
  ask('POST', '/plain/hang-up', { body: 'x' }),
  ask('HEAD', '/plain/chunks'),
  ask('HEAD', '/plain/partial'),
];

const HEADERS = [
  ['x-lower: 1', 'X-UPPER: 2'],
  ['X-Twice: a', 'x-twice: b'],
  ['X-Empty:', 'X-Space:   padded   '],
  ['X_Under: 1'],
  ['X-Latin: \xe9\xff'],
  ['X-Forwarded-For: 9.9.9.9', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: evil', 'X-Real-IP: 1.1.1.1'],
  ['X-Forwarded-Prefix: /evil', 'X-Forwarded-Path: /evil', 'X-Forwarded-Port: 1'],
  ['X-Kong-Request-Id: forged'],
  ['X-Consumer-Username: forged', 'X-Credential-Identifier: forged'],
  ['Via: 1.0 other'],
  ['TE: trailers, deflate'],
  ['TE: gzip'],
  ['Connection: close, X-Hop', 'X-Hop: 1'],
  ['Connection: Content-Length'],
  ['Connection: close, CONTENT-LENGTH'],
  ['Proxy: http://evil', 'Proxy-Connection: keep-alive', 'Keep-Alive: 5'],
  ['Host: named.test'],
  ['Host: NAMED.test:8000'],
  ['Upgrade: h2c', 'HTTP2-Settings: x'],
  ['Accept-Encoding: gzip', 'If-None-Match: "1"', 'Range: bytes=0-1'],
  ['Cookie: a=1', 'Cookie: b=2'],
  ['Authorization: Bearer x', 'Proxy-Authorization: Basic x'],
  ['X-Tab: a\tb'],
].flatMap((headers) => [ask('GET', '/plain/x', { headers })]);

const ROUTED = [
  ask('POST', '/get-only/x', { body: 'x' }),
  ask('GET', '/hosted/x'),
  ask('GET', '/hosted/x', { headers: ['Host: hosted.test'] }),
  ask('GET', '/hosted/x', { headers: ['Host: HOSTED.test:99'] }),
  ask('GET', '/hosted/x', { headers: ['Host: a.b.wild.test'] }),
  ask('GET', '/headed/x'),
  ask('GET', '/headed/x', { headers: ['X-Version: 2'] }),
  ask('GET', '/kept/x', { headers: ['Host: kept.test:80'] }),
  { ...ask('GET', '/plain/x'), name: 'an absolute target', send: [text('GET', 'http://absolute.test/plain/x')] },
  { ...ask('GET', '*'), name: 'OPTIONS *', send: [text('OPTIONS', '*')] },
];

const MALFORMED: readonly Case[] = [
  { ...ask('FOO', '/plain/x'), differs: 'stricter' },
  { ...ask('GET', '/plain/\xe9'), differs: 'stricter' },
  { ...ask('GET', '/plain/x', { headers: ['X-Control: a\x01b'] }), differs: 'stricter' },
  { ...ask('GET', '/plain/x', { headers: ['Host:'] }), differs: 'log' },
  { name: 'no Host', send: ['GET /plain/x HTTP/1.1\r\nConnection: close\r\n\r\n'] },
  { name: 'HTTP/1.0', send: ['GET /plain/x HTTP/1.0\r\n\r\n'] },
  {
    name: 'two Hosts',
    differs: 'log',
    send: ['GET /plain/x HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
  },
  { name: 'not HTTP', differs: 'stricter', send: ['NONSENSE\r\n\r\n'] },
  {
    name: 'two lengths',
    differs: 'stricter',
    send: [text('POST', '/plain/x', { headers: ['Content-Length: 3', 'Content-Length: 4'] })],
  },
  {
    name: 'a negative length',
    differs: 'stricter',
    send: [text('POST', '/plain/x', { headers: ['Content-Length: -1'] })],
  },
  {
    name: 'a length that is not a number',
    differs: 'stricter',
    send: [text('POST', '/plain/x', { headers: ['Content-Length: 0x1'] })],
  },
  {
    name: 'length and chunks',
    differs: 'stricter',
    send: [
      text('POST', '/plain/x', { headers: ['Content-Length: 3', 'Transfer-Encoding: chunked'], body: chunked('abc') }),
    ],
  },
  { name: 'another transfer coding', send: [text('POST', '/plain/x', { headers: ['Transfer-Encoding: gzip'] })] },
  {
    name: 'a space before the colon',
    differs: 'stricter',
    send: ['GET /plain/x HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n'],
  },
  {
    name: 'a folded header',
    differs: 'stricter',
    send: ['GET /plain/x HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\nConnection: close\r\n\r\n'],
  },
  {
    name: 'a header without a colon',
    differs: 'stricter',
    send: ['GET /plain/x HTTP/1.1\r\nHost: a\r\nnonsense\r\nConnection: close\r\n\r\n'],
  },
  { name: 'line feeds only', differs: 'stricter', send: ['GET /plain/x HTTP/1.1\nHost: a\nConnection: close\n\n'] },
  ...['Authorization', 'If-Match', 'If-Range', 'Content-Range', 'Expect', 'User-Agent', 'Range'].map((header) => ({
    ...ask('GET', '/plain/x', { headers: [`${header}: a`, `${header}: b`] }),
    differs: 'log' as const,
  })),
  { name: 'HTTP/2.0 in the request line', send: ['GET /plain/x HTTP/2.0\r\nHost: a\r\n\r\n'] },
  { name: 'HTTP/1.2', differs: 'stricter', send: ['GET /plain/x HTTP/1.2\r\nHost: a\r\nConnection: close\r\n\r\n'] },
  { name: 'a lower case method', differs: 'stricter', send: [text('get', '/plain/x')] },
  { name: 'CONNECT', differs: 'stricter', send: [text('CONNECT', 'plain.test:80')] },
  { name: 'TRACE', send: [text('TRACE', '/plain/x')] },
];

const BODIES: readonly Case[] = [
  ask('POST', '/plain/x', { body: '\x00\xff\r\n' }),
  ask('POST', '/plain/x', {}, { differs: 'upstream' }),
  ask('POST', '/plain/x', { headers: ['Content-Length: 0'] }),
  ask('GET', '/plain/x', { body: 'a body' }),
  ask('DELETE', '/plain/x', { body: 'a body' }),
  ask('POST', '/plain/x', { headers: ['Transfer-Encoding: chunked'], body: chunked('abc') }),
  ask('POST', '/direct/x', { headers: ['Transfer-Encoding: chunked'], body: chunked('abc') }, { differs: 'upstream' }),
  ask('POST', '/plain/x', { headers: ['Transfer-Encoding: Chunked'], body: chunked('abc') }),
  ask(
    'POST',
    '/plain/x',
    { headers: ['Transfer-Encoding: chunked'], body: 'zz\r\nabc\r\n0\r\n\r\n' },
    { differs: 'status' },
  ),
  ask('POST', '/plain/x', {
    headers: ['Transfer-Encoding: chunked'],
    body: '3;ext=1\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n',
  }),
  ask('POST', '/plain/x', { headers: ['Expect: 100-continue'], body: 'abc' }),
  ask('POST', '/plain/x', { headers: ['Expect: something'], body: 'abc' }),
  ask('POST', '/plain/x', { headers: ['Content-Length: 2000000'] }),
  ask('POST', '/plain/x', { body: 'x'.repeat(40_000) }),
  {
    name: 'a body in several packets',
    send: [text('POST', '/plain/x', { headers: ['Content-Length: 6'] }), 'abc', 'def'],
  },
  {
    name: 'two requests in one packet',
    send: [text('GET', '/plain/one', { keepsOpen: true }) + text('GET', '/plain/two')],
    entries: 2,
  },
  {
    name: 'a second request after a body',
    send: [text('POST', '/plain/one', { body: 'abc', keepsOpen: true }) + text('GET', '/plain/two')],
    entries: 2,
  },
  {
    name: 'a second request after a rejected one',
    send: [text('POST', '/nowhere', { body: 'abc', keepsOpen: true }) + text('GET', '/plain/two')],
    entries: 2,
  },
  {
    name: 'a request hidden in a body whose length the client wants removed',
    send: [
      text('POST', '/plain/one', {
        headers: ['Connection: keep-alive, Content-Length'],
        body: text('GET', '/plain/hidden'),
      }),
    ],
  },
];

const PLUGINS: readonly Case[] = [
  ...[
    [],
    ['apikey: x'],
    ['apikey: gold-key'],
    ['ApiKey: gold-key'],
    ['apikey: plain-key'],
    ['apikey: a', 'apikey: b'],
    ['apikey:'],
    ['apikey: gold-key', 'X-Consumer-Username: forged', 'X-Anonymous-Consumer: true'],
    ['apikey: x', 'Accept: text/html'],
  ].flatMap((headers) => [ask('GET', '/key/x', { headers }), ask('GET', '/anonymous/x', { headers })]),
  ask('GET', '/key/x?apikey=gold-key&x=1'),
  ask('GET', '/key/x?apikey=a&apikey=b'),
  ask('GET', '/key/x?apikey'),
  ask('OPTIONS', '/key/x'),
  ask('POST', '/size/x', { body: 'x'.repeat(100) }),
  ask('POST', '/size/x', { body: 'x'.repeat(101) }),
  ask('POST', '/size/x', { headers: ['Transfer-Encoding: chunked'], body: chunked('x'.repeat(100)) }),
  ask('POST', '/size/x', { headers: ['Transfer-Encoding: chunked'], body: chunked('x'.repeat(101)) }),
  ask('POST', '/size/x', { headers: ['Expect: 100-continue'], body: 'x'.repeat(101) }),
  ask('POST', '/needs-length/x', { headers: ['Transfer-Encoding: chunked'], body: chunked('abc') }),
  ask('GET', '/needs-length/x'),
  ...[1, 2, 3, 4].map((count) => ({ ...ask('GET', '/rate/x'), name: `request ${count} of a rate limit of 2` })),
  ...['/cors/x', '/cors-any/x'].flatMap((path) => [
    ask('GET', path),
    ask('GET', path, { headers: ['Origin: http://localhost:3000'] }),
    ask('GET', path, { headers: ['Origin: http://evil.test'] }),
    ask('GET', path, { headers: ['Origin: null'] }),
    ask('OPTIONS', path, { headers: ['Origin: http://localhost:3000'] }),
    ask('OPTIONS', path, { headers: ['Origin: http://localhost', 'Access-Control-Request-Method: POST'] }),
    ask('OPTIONS', path, {
      headers: [
        ...['Origin: http://evil.test', 'Access-Control-Request-Method: PUT'],
        'Access-Control-Request-Headers: X-A, X-B',
      ],
    }),
  ]),
  ...[
    ...['exit', 'exit-text', 'exit-empty', 'raise', 'nginx-403', 'nginx-404', 'nil-call', 'body', 'replace', 'headers'],
    ...['filter-raise', 'filter-exit', 'filter-body', 'body-raise', 'nothing'],
  ].map((action) => ask('POST', '/lua/x', { headers: [`X-Do: ${action}`, 'X-Drop: 1'], body: 'abc' })),
  ask('POST', '/lua/x', { headers: ['X-Do: body'], body: 'x'.repeat(20_000) }),
  ask('GET', '/lua/nowhere', { headers: ['X-Do: nginx-403', 'Accept: text/html'] }),
  ask('POST', '/capture/x', { body: 'abc' }),
  ...[
    ['GET', '/api/tags'],
    ['DELETE', '/api/delete'],
    ['POST', '/api/chat'],
    ['POST', '/api/chat/../delete'],
    ['POST', '/v1/%2e%2e/api/delete'],
    ['POST', '/v1/..%2fapi/delete'],
    ['POST', '/v1/chat/completions'],
    ['POST', '//api/delete'],
    ['POST', '/api/%64elete'],
  ].map(([method = '', path = '']) => ask(method, `/ollama${path}`, method === 'POST' ? { body: '{}' } : {})),
  ask('GET', '/ollama/api/tags', { headers: ['Host: evil.example'] }),
  ask('GET', '/ollama/api/tags', { headers: ['Origin: http://evil.example'] }),
  ask('GET', '/ollama/api/tags', { headers: ['Origin: http://localhost:1'] }),
];

const bytes = (value: string): Buffer => Buffer.from(value, 'latin1');

const EXTERNAL: readonly Case[] = [
  { ...ask('GET', '/external/x'), name: 'an external plugin that does nothing', script: [] },
  {
    ...ask('GET', '/external/x'),
    name: 'an external plugin that exits',
    script: [
      [
        'kong.response.exit',
        {
          status: 403,
          body: bytes('{"no":1}'),
          headers: { fields: [{ key: bytes('X-Why'), value: { string_value: bytes('because') } }] },
        },
      ],
    ],
  },
  {
    ...ask('GET', '/external/x'),
    name: 'an external plugin that sets headers',
    script: [
      ['kong.response.set_headers', { fields: [{ key: bytes('X-Limit'), value: { string_value: bytes('9') } }] }],
      ['kong.service.request.set_headers', { fields: [{ key: bytes('X-Up'), value: { number_value: 1 } }] }],
    ],
  },
  {
    ...ask('GET', '/external/x'),
    name: 'an external plugin that calls a function with a wrong argument',
    script: [['kong.request.get_headers', { v: 0 }]],
  },
  {
    ...ask('POST', '/external/x', { body: 'x'.repeat(20_000) }),
    name: 'an external plugin that reads a body in a file',
    script: [['kong.request.get_raw_body']],
  },
  {
    ...ask('POST', '/external/x', { body: 'abc' }),
    name: 'an external plugin that replaces the body',
    script: [['kong.service.request.set_raw_body', { v: bytes('other') }]],
  },
];

/** All cases, in rooms for the report. */
export const CASES: readonly (readonly [room: string, cases: readonly Case[]])[] = [
  ['methods', METHODS],
  ['paths', PATHS],
  ['headers of requests', HEADERS],
  ['routes', ROUTED],
  ['bodies', BODIES],
  ['malformed requests', MALFORMED],
  ['responses of upstreams', RESPONSES],
  ['upgrades', UPGRADES],
  ['failures of upstreams', FAILURES],
  ['plugins', PLUGINS],
  ['external plugins', EXTERNAL],
  ['held responses', HELD],
  ['mcp-auth', AUTH],
];
