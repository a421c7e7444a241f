import fc from 'fast-check';
import { compilePathRules } from '../../../../../plugins/mcp-validator/paths/path-rules';
import { answerOf, factsOf, JSON_HEADERS, decideWith, MODERN, passOf, request, rulesOf } from '../request';

const call = request('tools/call', { name: 'rm' });
const config = { tools: { allow: [], deny: ['rm'] } };

/** A request to a path that is not listed. */
const on = (path: string, verb: string, headers: Record<string, string> = {}, body: string | Uint8Array = '') => ({
  ...factsOf(verb, headers, body),
  path,
});
const postOn = (path: string, body: string | Uint8Array, headers: Record<string, string> = JSON_HEADERS) =>
  on(path, 'POST', headers, body);

describe('a path that some server may route to an MCP endpoint', () => {
  it.each([
    '/mcp',
    '/mcp/',
    '/mcp//',
    '//mcp',
    '/MCP',
    '/Mcp/',
    '/%6dcp',
    '/%256dcp',
    '/mc%70/',
    '/x/../mcp',
    '/x/%2e%2e/mcp',
    '/x/..%2fmcp',
    '/./mcp',
    '/mcp/.',
    '/mcp/x/..',
    '/mcp;a=b',
    '/mcp;a=b/',
    '/x\\..\\mcp',
    '/mcp?x',
    '/mcp%3Fx',
    '/mcp#x',
    '/mcp%00',
    '/mcp ',
    '/mcp%20',
    '/\uff4dcp',
    '/api/v1/mcp',
    '/.well-known/../mcp',
    '/sse',
    '/SSE/',
    '/messages',
    '/messages/',
    '/',
    '//',
    '/.',
    '/x/..',
    '',
    'mcp',
    `/%${'25'.repeat(90)}41`,
  ])('%j is checked', (path) => {
    expect(answerOf(on(path, 'GET'))).toMatchObject({ status: 406 });
    expect(answerOf(on(path, 'HEAD'))).toMatchObject({ status: 405 });
    expect(
      answerOf(postOn(path, 'grant_type=x', { 'content-type': 'application/x-www-form-urlencoded' })),
    ).toMatchObject({
      status: 415,
    });
  });

  it.each([
    '/health',
    '/healthz',
    '/mcpx',
    '/xmcp',
    '/mcp/health',
    '/mcp-docs',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server/py-calculator/sse',
    '/register',
    '/token',
    '/authorize',
    '/sse.js',
    '/static/app.css',
    '/favicon.ico',
    '/files/a%20b.txt',
    '/\u00fcber',
  ])('%j is another path', (path) => {
    for (const verb of ['GET', 'HEAD', 'DELETE', 'PUT']) {
      expect(passOf(on(path, verb, { accept: '*/*', 'user-agent': 'curl/8' }))).toMatchObject({
        summary: { batch: false, messages: [] },
        stripHeaders: [],
      });
    }
  });

  it('is configured by globs', () => {
    const rules = compilePathRules({ paths: ['/rpc/*', '/v?/mcp'], exempt_paths: [] });
    expect(['/rpc/a', '/rpc/', '/RPC/a/b', '/api/rpc/a', '/v1/mcp/'].map(rules.isEndpoint)).toEqual(
      Array(5).fill(true),
    );
    expect(['/rpcx', '/mcp', '/', '/v10/mcp'].map(rules.isEndpoint)).toEqual(Array(4).fill(false));
    expect(compilePathRules({ paths: ['/*'], exempt_paths: [] }).isEndpoint('/anything')).toBe(true);
    expect(() => rulesOf({ paths: ['/mcp', 'sse'] })).toThrow('paths[2]: a path must begin with / or *');
  });

  it('is exempt only if no reading of it leads to another path', () => {
    const exempt = { exempt_paths: ['/upload/*', '/rpc'] };
    for (const path of ['/upload/a', '/upload/a%20b', '/upload/', '/rpc']) {
      expect(passOf(postOn(path, JSON.stringify(call)), { ...config, ...exempt })).toBeDefined();
    }
    for (const path of [
      '/upload/../mcp',
      '/upload/%2e%2e/mcp',
      '/upload/..;/mcp',
      '/Upload/a',
      '/upload',
      '/rpc/x',
      '/rpcx',
    ]) {
      expect(answerOf(postOn(path, JSON.stringify(call)), { ...config, ...exempt })).toMatchObject({
        reason: 'tool_denied',
      });
    }
  });
});

describe('what a server could take for MCP on a path that is not listed', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const text = JSON.stringify(call);

  it.each<[what: string, body: string | Uint8Array, headers: Record<string, string>]>([
    ['a message', text, JSON_HEADERS],
    ['a batch', `[${text}]`, JSON_HEADERS],
    ['a message as text', text, { 'content-type': 'text/plain' }],
    ['a message as a form', text, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a message without media type', text, {}],
    ['a message without jsonrpc', '{"method":"tools/call","id":1}', JSON_HEADERS],
    ['a message with jsonrpc alone', '{"jsonrpc":"2.0","Id":1}', JSON_HEADERS],
    ['a message in capitals', '{"METHOD":"tools/call"}', JSON_HEADERS],
    ['an escaped key', '{"m\\u0065thod":"tools/call"}', JSON_HEADERS],
    ['a key twice', '{"method":"x","method":{},"method":"tools/call"}', JSON_HEADERS],
    ['a byte order mark', `\ufeff${text}`, JSON_HEADERS],
    ['UTF-16', utf16(text), { 'content-type': 'application/json' }],
    ['UTF-16 with its mark', utf16(`\ufeff${text}`), { 'content-type': 'application/json; charset=utf-16' }],
    ['UTF-16, big endian', utf16(text).swap16(), { 'content-type': 'text/plain' }],
    ['UTF-7', '+AHsAIg-method', { 'content-type': 'application/json; charset=utf-7' }],
    ['blanks before it', `${' '.repeat(10_000)}${text}`, JSON_HEADERS],
    ['a comment before it', `/* x */ ${text}`, JSON_HEADERS],
    ['a comma at its end', '{"method":"tools/call",}', JSON_HEADERS],
    ['JSON5', "{method:'tools/call'}", JSON_HEADERS],
    ['text with the media type of JSON that is not JSON', 'not json', JSON_HEADERS],
    ['two documents', `{"a":1}\n${text}`, { 'content-type': 'application/x-ndjson' }],
    [
      'something compressed',
      Buffer.from([0x1f, 0x8b, 8, 0]),
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ],
    ['something with a session', 'x', { 'mcp-session-id': 's' }],
    ['something with a session, in underscores', 'x', { mcp_session_id: 's' }],
    ['something with a mirrored header', 'x', { 'mcp-method': 'tools/call' }],
    ['something with a version', '{}', { ...JSON_HEADERS, 'mcp-protocol-version': MODERN }],
  ])('%s is checked', (_, body, headers) => {
    expect(decideWith(postOn('/health', body, headers), config).kind).toBe('reject');
    if (headers === JSON_HEADERS) expect(decideWith(on('/health', 'PUT', headers, body), config).kind).toBe('reject');
  });

  it('a good message passes as on any path, and is shared', () => {
    const facts = postOn('/custom', JSON.stringify(request('tools/call', { name: 'add' })));
    expect(passOf(facts, config).summary?.messages).toMatchObject([{ method: 'tools/call', name: 'add' }]);
    expect(answerOf(postOn('/custom', text), config)).toMatchObject({ reason: 'tool_denied' });
  });

  it.each<[what: string, verb: string, headers: Record<string, string>]>([
    ['a stream with a version that is not spoken', 'GET', { accept: 'text/event-stream', 'mcp-protocol-version': '1' }],
    ['a stream for another origin', 'GET', { accept: 'text/event-stream', origin: 'https://evil.example' }],
    ['a stream that is resumed by underscores', 'GET', { last_event_id: '1' }],
    ['the end of a session with a bad id', 'DELETE', { 'mcp-session-id': 'a b' }],
    [
      'a WebSocket of MCP',
      'GET',
      { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'chat, mcp' },
    ],
  ])('%s is rejected', (_, verb, headers) => {
    expect(decideWith(on('/custom', verb, headers)).kind).toBe('reject');
  });

  it('a body that cannot be read completely gets 413, unless it is not JSON', () => {
    const small = { max_body_bytes: 100 };
    const spilled = {
      ...on('/upload', 'POST', { 'content-type': 'multipart/form-data' }),
      body: { kind: 'spilled' } as const,
    };
    expect(answerOf(spilled)).toMatchObject({ status: 413, reason: 'body_too_large' });
    expect(passOf(spilled, { exempt_paths: ['/upload'] })).toBeDefined();
    expect(answerOf(postOn('/upload', `{"a":"${'x'.repeat(100)}"}`), small)).toMatchObject({ status: 413 });
    expect(passOf(postOn('/upload', '--boundary'.repeat(20), {}), small)).toBeDefined();
    const failed = { ...on('/x', 'POST', { 'content-length': '5' }), body: { kind: 'failed', message: '' } as const };
    expect(answerOf(failed)).toMatchObject({ status: 413 });
  });

  it.each([
    ['connection', 'content-length'],
    ['connection', 'close, Transfer-Encoding'],
    ['content_length', '5'],
    ['transfer_encoding', 'chunked'],
  ])('%s: %s could hide a second request, and is rejected on every path', (name, value) => {
    expect(answerOf(on('/health', 'GET', { [name]: value }))).toMatchObject({ status: 400 });
  });

  it('a request with too many headers is rejected, since they may hide an MCP header', () => {
    expect(answerOf({ ...on('/health', 'GET'), headersTruncated: true })).toMatchObject({ status: 431 });
  });
});

describe('what no server takes for MCP passes', () => {
  it.each<[what: string, verb: string, path: string, headers: Record<string, string>, body: string]>([
    ['a health check', 'GET', '/health', {}, ''],
    ['HEAD', 'HEAD', '/health', {}, ''],
    [
      'OAuth metadata, asked for by an MCP client',
      'GET',
      '/.well-known/oauth-protected-resource/mcp',
      { 'mcp-protocol-version': '2025-11-25' },
      '',
    ],
    [
      'its preflight',
      'OPTIONS',
      '/.well-known/oauth-protected-resource',
      { origin: 'https://app.example', 'access-control-request-method': 'GET' },
      '',
    ],
    [
      'registration of a client',
      'POST',
      '/register',
      { 'content-type': 'application/json' },
      '{"redirect_uris":["http://127.0.0.1:1/cb"],"token_endpoint_auth_method":"none","client_name":"x"}',
    ],
    [
      'a token',
      'POST',
      '/token',
      { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      'grant_type=authorization_code&code=x&method=plain',
    ],
    ['authorization', 'GET', '/authorize', { accept: 'text/html' }, ''],
    [
      'consent from a page',
      'POST',
      '/consent',
      { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://login.example' },
      'ok=1',
    ],
    [
      'an upload',
      'POST',
      '/files',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\n\r\n{"jsonrpc":"2.0","method":"x"}\r\n--b--',
    ],
    [
      'JSON of an API',
      'PUT',
      '/api/items/1',
      { 'content-type': 'application/json; charset=UTF-8' },
      '{"name":"x","data":{"method":"card"}}',
    ],
    ['a JSON text', 'POST', '/api/items', { 'content-type': 'application/json' }, '"method"'],
    ['a list', 'POST', '/api/items', { 'content-type': 'application/json' }, '[1,{"a":2},"method"]'],
    ['a WebSocket', 'GET', '/ws', { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' }, ''],
    ['a POST without a body', 'POST', '/logout', {}, ''],
  ])('%s', (_, verb, path, headers, body) => {
    expect(passOf(on(path, verb, headers, body), config)).toMatchObject({ summary: { messages: [] } });
  });

  it('except a WebSocket on an MCP path', () => {
    expect(answerOf(on('/mcp', 'GET', { accept: 'text/event-stream', upgrade: 'websocket' }))).toMatchObject({
      reason: 'web_socket',
    });
  });
});

it('no message in any spelling passes unchecked on any path', () => {
  const key = fc.constantFrom('method', 'Method', 'm\\u0065thod', 'METHOD', 'method\\u0000', 'jsonrpc', 'jsonRPC');
  const path = fc.constantFrom('/health', '/x/mcpx', '/.well-known/x', '/a%2fb', '/messages2');
  const type = fc.constantFrom(
    'application/json',
    'text/plain',
    'application/octet-stream',
    'multipart/form-data',
    'x',
  );
  const frame = fc.constantFrom<(text: string) => string | Uint8Array>(
    (text) => text,
    (text) => `[${text}]`,
    (text) => `\r\n\t ${text}`,
    (text) => `\ufeff${text}`,
    (text) => Buffer.from(text, 'utf16le'),
    (text) => `//\n${text}`,
    (text) => `${text} trailing`,
    (text) => `[1,${text}]`,
  );
  fc.assert(
    fc.property(
      key,
      path,
      type,
      frame,
      fc.constantFrom('POST', 'PUT', 'GET', 'DELETE'),
      (name, where, media, write, verb) => {
        const facts = on(where, verb, { 'content-type': media }, write(`{"${name}":"tools/call","id":1}`));
        expect(decideWith(facts).kind).toBe('reject');
      },
    ),
    { numRuns: 500 },
  );
});

it('any path gets a decision', () => {
  const rules = compilePathRules({ paths: ['/', '/mcp'], exempt_paths: ['/x/*'] });
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('/', '.', '%', '2', 'e', 'f', 'm', 'c', 'p', ';', '\\', '?', ' ') }),
      (path) => {
        expect(typeof rules.isEndpoint(`/${path}`)).toBe('boolean');
        expect(typeof rules.isExempt(`/${path}`)).toBe('boolean');
      },
    ),
  );
});
