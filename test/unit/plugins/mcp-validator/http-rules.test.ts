import { answerOf, factsOf, JSON_HEADERS, MODERN, modernMeta, modernPost, passOf, post, request } from './request';

const ONLY_MODERN = { revisions: [MODERN] };
const STREAM = { accept: 'text/event-stream' };
const ping = request('ping');

/** One block per row of the table of HTTP rules. */
describe('1: the HTTP method', () => {
  it.each(['PUT', 'PATCH', 'HEAD', 'TRACE', ''])('%s gets 405', (method) => {
    expect(answerOf(factsOf(method, JSON_HEADERS, ''))).toMatchObject({
      status: 405,
      code: -32600,
      id: null,
      headers: { Allow: 'POST, GET, DELETE' },
    });
  });

  it('Allow names POST alone where only the stateless revision is enabled', () => {
    expect(answerOf(factsOf('PUT', {}, ''), ONLY_MODERN).headers).toMatchObject({ Allow: 'POST' });
  });
});

it('2: OPTIONS is left to the cors plugin', () => {
  expect(passOf(factsOf('OPTIONS', { origin: 'http://localhost:3000' }, ''))).not.toHaveProperty('summary');
});

describe('3: GET and DELETE of stateless clients', () => {
  it.each(['GET', 'DELETE'])('%s gets 405 where no older revision is enabled', (method) => {
    expect(answerOf(factsOf(method, { ...STREAM, 'mcp-session-id': 's' }, ''), ONLY_MODERN)).toMatchObject({
      status: 405,
      code: -32600,
      id: null,
      headers: { Allow: 'POST' },
    });
  });

  it('and where the request itself says so', () => {
    expect(answerOf(factsOf('GET', { ...STREAM, 'mcp-protocol-version': MODERN }, ''))).toMatchObject({ status: 405 });
  });
});

describe('4: GET opens an event stream', () => {
  it.each([['text/event-stream'], ['application/json, text/event-stream'], ['*/*'], ['TEXT/*;q=0.1']])(
    '%s passes',
    (accept) => {
      expect(passOf(factsOf('GET', { accept }, ''))).not.toHaveProperty('summary');
    },
  );

  it.each([['application/json'], [undefined], ['text/event-stream;q=0'], ['text/html']])('%s gets 406', (accept) => {
    expect(answerOf(factsOf('GET', { accept }, ''))).toMatchObject({ status: 406, code: -32600, id: null });
  });

  it('its version header is checked as any other', () => {
    expect(answerOf(factsOf('GET', { ...STREAM, 'mcp-protocol-version': '1999-01-01' }, ''))).toMatchObject({
      status: 400,
      code: -32022,
      id: null,
    });
  });
});

it('5: DELETE needs a session', () => {
  expect(answerOf(factsOf('DELETE', {}, ''))).toMatchObject({ status: 400, code: -32600, id: null });
  expect(passOf(factsOf('DELETE', { 'mcp-session-id': 'abc' }, ''))).toBeDefined();
});

describe('6: Origin', () => {
  it.each([
    [['http://localhost:3000'], {}, true],
    [['https://127.0.0.1'], {}, true],
    [['http://127.9.9.9:1'], {}, true],
    [['http://[::1]:8000'], {}, true],
    [['http://LOCALHOST'], {}, true],
    [['http://127.0.0.1.evil.com'], {}, false],
    [['http://localhost.evil.com'], {}, false],
    [['http://127.0.0.256'], {}, false],
    [['https://evil.com'], {}, false],
    [['null'], {}, false],
    [[''], {}, false],
    [['localhost'], {}, false],
    [['http://localhost/path'], {}, false],
    [['http://user@localhost'], {}, false],
    [['http://localhost', 'http://localhost'], {}, false],
    [['http://localhost, http://evil.com'], {}, false],
    [['https://app.example.com'], { allowed_origins: ['https://app.example.com'] }, true],
    [['https://app.example.com'], { allowed_origins: ['https://app.example.com:443/'] }, true],
    [['https://app.example.com:443'], { allowed_origins: ['https://app.example.com'] }, true],
    [['http://app.example.com'], { allowed_origins: ['https://app.example.com'] }, false],
    [['https://app.example.com:8443'], { allowed_origins: ['https://app.example.com'] }, false],
    [['https://app.example.com:8443'], { allowed_origins: ['app.example.com'] }, true],
    [['https://a.example.com'], { allowed_origins: ['https://*.example.com'] }, true],
    [['https://example.com.evil.com'], { allowed_origins: ['https://*.example.com', 'example.com'] }, false],
    [['http://localhost'], { allowed_origins: ['https://app.example.com'] }, false],
    [['vscode-webview://abc'], { allowed_origins: ['vscode-webview://*'] }, true],
    [['https://anything.org'], { allowed_origins: ['*'] }, true],
    [['null'], { allowed_origins: ['*'] }, false],
  ])('%j with %j passes: %j', (origin, config, passes) => {
    const facts = post(ping, { origin });
    if (passes) expect(passOf(facts, config)).toBeDefined();
    else expect(answerOf(facts, config)).toMatchObject({ status: 403, code: -32600, id: null });
  });

  it.each(['GET', 'DELETE', 'OPTIONS', 'POST'])('is checked on %s', (method) => {
    const headers = { ...JSON_HEADERS, 'mcp-session-id': 's', origin: 'https://evil.com' };
    expect(answerOf(factsOf(method, headers, ''))).toMatchObject({ status: 403 });
  });

  it('a request without one passes', () => {
    expect(passOf(post(ping))).toBeDefined();
  });
});

describe('7: Host', () => {
  const config = { allowed_hosts: ['mcp.example.com', 'localhost:8000', '*.internal'] };
  it.each([
    ['mcp.example.com', true],
    ['MCP.example.com:8443', true],
    ['localhost:8000', true],
    ['localhost:9000', false],
    ['a.internal:1', true],
    ['evil.com', false],
    [['mcp.example.com', 'evil.com'], false],
    [undefined, false],
  ])('%j passes: %j', (host, passes) => {
    const facts = post(ping, { host });
    if (passes) expect(passOf(facts, config)).toBeDefined();
    else expect(answerOf(facts, config)).toMatchObject({ status: 403, code: -32600, id: null });
  });

  it('is not checked unless a list is configured', () => {
    expect(passOf(post(ping, { host: 'anything' }))).toBeDefined();
  });
});

describe('8: Accept of a POST', () => {
  it.each([
    ['application/json, text/event-stream', true, true],
    ['Text/Event-Stream, Application/JSON;q=0.5', true, true],
    ['application/json', false, false],
    ['text/event-stream', false, false],
    ['application/json, text/event-stream;q=0', false, false],
    ['application/json;q=0.0, */*', true, false],
    ['*/*', true, false],
    ['application/*, text/*', true, false],
    ['application/*', false, false],
    ['text/html', false, false],
    ['', false, false],
    [undefined, true, false],
  ])('%j passes: lenient %j, strict %j', (accept, lenient, strict) => {
    const facts = post(ping, { accept });
    for (const [mode, passes] of [
      ['lenient', lenient],
      ['strict', strict],
    ] as const) {
      if (passes) expect(passOf(facts, { accept: mode })).toBeDefined();
      else expect(answerOf(facts, { accept: mode })).toMatchObject({ status: 406, code: -32600, id: null });
    }
  });
});

describe('9 and 10: Content-Type', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8; profile=x',
    'application/json;',
  ])('%s passes', (type) => {
    expect(passOf(post(ping, { 'content-type': type }))).toBeDefined();
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'text/plain; a=application/json',
    'application/json-rpc',
    'application/vnd.api+json',
    'application/json, application/json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset',
    "application/json; charset*=utf-8''utf-16",
    'application/json; charset=utf-8; charset*0=utf-16',
    'multipart/form-data; boundary=x',
  ])('%j gets 415', (type) => {
    expect(answerOf(post(ping, { 'content-type': type }))).toMatchObject({ status: 415, code: -32600, id: null });
  });
});

describe('11: Content-Encoding', () => {
  it.each([undefined, 'identity', 'Identity'])('%j passes', (encoding) => {
    expect(passOf(post(ping, { 'content-encoding': encoding }))).toBeDefined();
  });

  it.each(['gzip', 'deflate', 'br', 'identity, gzip', ''])('%j gets 415', (encoding) => {
    expect(answerOf(post(ping, { 'content-encoding': encoding }))).toMatchObject({
      status: 415,
      code: -32600,
      id: null,
    });
  });
});

describe('12: the size of the body', () => {
  const text = JSON.stringify(ping);

  it('passes at the bound and gets 413 above it', () => {
    expect(passOf(post(ping), { max_body_bytes: text.length })).toBeDefined();
    expect(answerOf(post(ping), { max_body_bytes: text.length - 1 })).toMatchObject({
      status: 413,
      code: -32600,
      id: null,
    });
  });

  it.each([{ kind: 'spilled' } as const, { kind: 'failed', message: 'no body' } as const])(
    '%j fails closed',
    (body) => {
      expect(answerOf(factsOf('POST', JSON_HEADERS, body))).toMatchObject({ status: 413, code: -32600, id: null });
    },
  );
});

describe('13: duplicate headers', () => {
  it.each(['content-type', 'mcp-protocol-version', 'mcp-session-id', 'mcp-method', 'mcp-name', 'last-event-id'])(
    '%s twice gets 400',
    (name) => {
      const value = name === 'content-type' ? 'application/json' : '2025-06-18';
      expect(answerOf(post(ping, { [name]: [value, value] }))).toMatchObject({ status: 400, code: -32600, id: null });
    },
  );

  it.each(['mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id'])(
    '%s twice on a stateless request is a mismatch',
    (name) => {
      const facts = modernPost('tools/list', {}, { [name]: [MODERN, MODERN] });
      expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: null });
    },
  );
});

describe('a twin of a header, with underscores that some servers read as hyphens,', () => {
  it.each([
    'mcp_name',
    'mcp-protocol_version',
    'mcp_param_region',
    'content_type',
    'content_encoding',
    'content_length',
    'transfer_encoding',
    'last_event_id',
  ])('%s gets 400', (name) => {
    const facts = modernPost('tools/call', { name: 'add' }, { [name]: 'subtract' });
    expect(answerOf(facts)).toMatchObject({ status: 400, code: -32600, id: null, reason: 'ambiguous_header' });
  });

  it.each(['x_request_id', 'mcpname', '_', 'content_typ'])('%s is nobody else', (name) => {
    expect(passOf(post(ping, { [name]: 'x' }))).toBeDefined();
  });
});

describe('Connection, whose headers Kong takes away before the server sees them,', () => {
  it.each([
    'Content-Length',
    'close, transfer-encoding',
    'keep-alive,MCP-Protocol-Version',
    ' Mcp-Session-Id , close',
    'Mcp-Param-Region',
    'content-type',
    ['close', 'Mcp-Name'],
  ])('must not name %j', (connection) => {
    const reason = 'hop_by_hop_header';
    expect(answerOf(post(ping, { connection }))).toMatchObject({ status: 400, code: -32600, id: null, reason });
    const opening = factsOf('GET', { ...STREAM, connection }, '');
    expect(answerOf(opening)).toMatchObject({ status: 400, reason });
  });

  it.each(['close', 'keep-alive', 'Upgrade, HTTP2-Settings', 'TE', 'X-Hop', ''])('may be %j', (connection) => {
    expect(passOf(post(ping, { connection }))).toBeDefined();
  });
});

describe('an upgrade of the connection', () => {
  it.each([
    ['GET', 'websocket'],
    ['POST', 'WebSocket'],
    ['DELETE', 'h2c, websocket'],
    ['OPTIONS', ['h2c', 'websocket']],
  ])('of a %s to %j is refused: a WebSocket would carry messages past the validator', (method, upgrade) => {
    const headers = { ...JSON_HEADERS, ...STREAM, 'mcp-session-id': 's', upgrade };
    expect(answerOf(factsOf(method, headers, method === 'POST' ? JSON.stringify(ping) : ''))).toMatchObject({
      status: 400,
      code: -32600,
      id: null,
      reason: 'web_socket',
    });
  });

  it('that HTTP clients offer with each request is no harm', () => {
    expect(passOf(post(ping, { upgrade: 'h2c' }))).toBeDefined();
  });
});

it('more headers than Kong hands out can not be judged', () => {
  expect(answerOf({ ...post(ping), headersTruncated: true })).toMatchObject({ status: 431, code: -32600, id: null });
});

describe('14 and 15: Mcp-Session-Id', () => {
  it.each(['a', '!~', 'x'.repeat(512)])('passes as the upstream knows whether it is alive', (session) => {
    expect(passOf(post(ping, { 'mcp-session-id': session })).stripHeaders).toEqual([]);
  });

  it.each(['', 'a b', 'a\tb', 'é', 'x'.repeat(513), '\u007f'])('%j gets 400', (session) => {
    expect(answerOf(post(ping, { 'mcp-session-id': session }))).toMatchObject({ status: 400, code: -32600, id: null });
  });
});

describe('16: session headers of a stateless request', () => {
  it('do not reach the upstream', () => {
    const headers = { 'mcp-session-id': 'stale', 'last-event-id': '7' };
    expect(passOf(modernPost('tools/list', {}, headers)).stripHeaders).toEqual(['mcp-session-id', 'last-event-id']);
    expect(passOf(modernPost('tools/list')).stripHeaders).toEqual([]);
  });

  it('reach it from older clients', () => {
    expect(passOf(post(ping, { 'mcp-session-id': 's', 'last-event-id': '7' })).stripHeaders).toEqual([]);
  });
});

describe('17: without version header', () => {
  it('a client is taken to speak 2025-03-26', () => {
    expect(passOf(post(ping)).summary?.revision).toBe('2025-03-26');
    expect(passOf(post(ping), { revisions: ['2024-11-05'] }).summary?.revision).toBe('2024-11-05');
  });

  it('it is refused where no enabled revision lets it out', () => {
    expect(answerOf(post(ping), { revisions: ['2025-06-18', '2025-11-25'] })).toMatchObject({
      status: 400,
      code: -32022,
      id: 1,
      data: { supported: ['2025-06-18', '2025-11-25'] },
    });
  });

  it('initialize needs none', () => {
    const initialize = request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    });
    expect(passOf(post(initialize), { revisions: ['2025-11-25'] }).summary?.revision).toBe('2025-11-25');
  });
});

describe('18: a version header that is not enabled', () => {
  it.each(['2024-01-01', '', 'x', '2025-06-18, 2025-06-18', '2027-01-01'])('%j gets 400', (version) => {
    expect(answerOf(post(ping, { 'mcp-protocol-version': version }))).toMatchObject({
      status: 400,
      code: -32022,
      id: 1,
      message: 'Unsupported protocol version',
      data: { supported: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'], requested: version },
    });
  });

  it('also when it exists but is switched off, and for initialize', () => {
    const initialize = request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    });
    for (const body of [ping, initialize]) {
      const facts = post(body, { 'mcp-protocol-version': '2025-11-25' });
      expect(answerOf(facts, { revisions: ['2025-06-18'] })).toMatchObject({ status: 400, code: -32022, id: 1 });
    }
  });

  it('repeats a version at bounded length', () => {
    const { data } = answerOf(post(ping, { 'mcp-protocol-version': 'x'.repeat(5000) }));
    expect((data as { requested: string }).requested).toHaveLength(64);
  });
});

describe('19: a stateless request without the required _meta', () => {
  const header = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' };
  it.each([
    [undefined],
    [{}],
    [{ _meta: {} }],
    [{ _meta: 5 }],
    [{ _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } }],
    [{ _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } }],
    [{ _meta: modernMeta({ 'io.modelcontextprotocol/clientCapabilities': 5 }) }],
    [{ _meta: modernMeta({ 'io.modelcontextprotocol/protocolVersion': 5 }) }],
  ])('%j gets 400 and -32602', (params) => {
    expect(answerOf(post(request('tools/list', params), header))).toMatchObject({ status: 400, code: -32602, id: 1 });
  });

  it('does not need clientInfo', () => {
    expect(passOf(modernPost('tools/list')).summary?.revision).toBe(MODERN);
  });

  it('names the missing member', () => {
    const { message } = answerOf(post(request('tools/list'), header));
    expect(message).toBe('Invalid params: /params/_meta/io.modelcontextprotocol~1protocolVersion is missing');
  });
});

describe('20: header and body disagree about the era', () => {
  it.each([undefined, '2025-11-25', '2025-03-26', '2027-01-01'])('body stateless, header %j', (version) => {
    const facts = modernPost('tools/list', {}, { 'mcp-protocol-version': version });
    expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: 1 });
  });

  it('comes after the required keys', () => {
    const facts = modernPost(
      'tools/list',
      { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } },
      { 'mcp-protocol-version': undefined },
    );
    expect(answerOf(facts).code).toBe(-32602);
  });

  it('is refused for a notification too, without id', () => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, _meta: modernMeta() } };
    expect(answerOf(post(body))).toMatchObject({ status: 400, code: -32020, id: null });
  });
});

describe('21: header and body agree on a version that is not supported', () => {
  it.each(['2027-01-01', '2025-11-25', 'x'])('%s gets -32022 with the stateless revisions alone', (version) => {
    const _meta = modernMeta({ 'io.modelcontextprotocol/protocolVersion': version });
    const facts = modernPost('tools/list', { _meta }, { 'mcp-protocol-version': version });
    expect(answerOf(facts)).toMatchObject({
      status: 400,
      code: -32022,
      id: 1,
      message: 'Unsupported protocol version',
      data: { supported: [MODERN], requested: version },
    });
  });

  it('comes before the mirrored headers', () => {
    const _meta = modernMeta({ 'io.modelcontextprotocol/protocolVersion': '2027-01-01' });
    const facts = modernPost('tools/list', { _meta }, { 'mcp-protocol-version': '2027-01-01', 'mcp-method': 'x' });
    expect(answerOf(facts).code).toBe(-32022);
  });
});

describe('22: Mcp-Method', () => {
  it.each([undefined, 'tools/call', 'Tools/List', '', 'tools/list2'])('%j for tools/list gets -32020', (method) => {
    expect(answerOf(modernPost('tools/list', {}, { 'mcp-method': method }))).toMatchObject({
      status: 400,
      code: -32020,
      id: 1,
    });
  });

  it.each([
    [undefined, true],
    ['notifications/cancelled', true],
    ['tools/call', false],
  ])('%j of a notification passes: %j', (method, passes) => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const facts = post(body, { 'mcp-protocol-version': MODERN, 'mcp-method': method });
    if (passes) expect(passOf(facts)).toBeDefined();
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: null });
  });

  it('means nothing to older revisions', () => {
    expect(passOf(post(ping, { 'mcp-method': 'tools/call' }))).toBeDefined();
  });
});

const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

describe('23 and 24: Mcp-Name', () => {
  it.each([
    ['tools/call', { name: 'add' }, 'add', true],
    ['tools/call', { name: 'add' }, ' add\t', true],
    ['tools/call', { name: 'add' }, base64('add'), true],
    ['tools/call', { name: 'zählen' }, base64('zählen'), true],
    ['tools/call', { name: '' }, '', true],
    ['tools/call', { name: '' }, '=?base64??=', true],
    ['tools/call', { name: ' x' }, base64(' x'), true],
    ['tools/call', { name: '=?base64?YQ==?=' }, base64('=?base64?YQ==?='), true],
    ['prompts/get', { name: 'p' }, 'p', true],
    ['resources/read', { uri: 'file:///a' }, 'file:///a', true],
    ['tasks/get', { taskId: 't' }, 't', true],
    ['tools/list', {}, 'whatever', true],
    ['tools/call', { name: 'add' }, undefined, false],
    ['tools/call', { name: 'add' }, 'Add', false],
    ['tools/call', { name: 'add' }, 'sub', false],
    ['tools/call', { name: 'add' }, '', false],
    ['tools/call', { name: 'zählen' }, 'zählen', false],
    ['tools/call', { name: 'zählen' }, Buffer.from('zählen').toString('latin1'), false],
    ['tools/call', { name: 'add' }, '=?base64?YWRk', false],
    ['tools/call', { name: 'add' }, '=?BASE64?YWRk?=', false],
    ['tools/call', { name: 'a' }, '=?base64?YQ?=', false],
    ['tools/call', { name: 'a' }, '=?base64?YR==?=', false],
    ['tools/call', { name: 'a' }, '=?base64?Y Q==?=', false],
    ['tools/call', { name: '=?base64?YQ==?=' }, '=?base64?YQ==?=', false],
    ['tools/call', { name: '\ufffd' }, `=?base64?${Buffer.from([0xff]).toString('base64')}?=`, false],
    ['tools/call', { arguments: {} }, 'add', false],
    ['prompts/get', { name: 'p' }, undefined, false],
    ['resources/read', { uri: 'file:///a' }, 'file:///b', false],
    ['tasks/get', { taskId: 't' }, undefined, false],
    ['tasks/update', { taskId: 't' }, 'u', false],
    ['tasks/cancel', { taskId: 't' }, undefined, false],
  ])('%s %j with %j passes: %j', (method, params, name, passes) => {
    const facts = modernPost(method, params, { 'mcp-name': name });
    if (passes) expect(passOf(facts)).toBeDefined();
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: 1 });
  });
});

describe('26: a method that is not there', () => {
  it.each([
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'tasks/list',
    'tasks/result',
  ])('%s is gone in the stateless revision: 404', (method) => {
    expect(answerOf(modernPost(method))).toMatchObject({ status: 404, code: -32601, id: 1 });
  });

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel', 'skills/list', 'vendor/thing', 'constructor', '__proto__'])(
    '%s may be of an extension and passes',
    (method) => {
      expect(passOf(modernPost(method, method.startsWith('tasks/') ? { taskId: 't' } : {}))).toBeDefined();
      expect(passOf(post(request(method, { taskId: 't' })))).toBeDefined();
    },
  );

  it('denied by default, it gets 404 or, from older clients, 200 with its id', () => {
    const config = { unknown_methods: 'deny' };
    expect(answerOf(modernPost('vendor/thing'), config)).toMatchObject({ status: 404, code: -32601, id: 1 });
    expect(answerOf(post(request('vendor/thing', {}, 'x')), config)).toMatchObject({
      status: 200,
      code: -32601,
      id: 'x',
    });
    expect(answerOf(post(request('rpc.discover')))).toMatchObject({ status: 200, code: -32601 });
    expect(
      passOf(post(request('vendor/thing')), { ...config, methods: { allow: ['vendor/*'], deny: [] } }),
    ).toBeDefined();
  });

  it('comes before the params: a bare call of a removed method is still 404', () => {
    expect(answerOf(modernPost('logging/setLevel')).status).toBe(404);
  });
});

it("27: capabilities are the server's to check", () => {
  expect(passOf(modernPost('tools/call', { name: 'needs_sampling' }))).toBeDefined();
});

it('28: initialize where only the stateless revision is enabled names the versions', () => {
  const initialize = request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'c', version: '1' },
  });
  expect(answerOf(post(initialize), ONLY_MODERN)).toMatchObject({
    status: 400,
    code: -32022,
    id: 1,
    data: { supported: [MODERN], requested: '2025-11-25' },
  });
});

describe('29: what has no answer is refused with an HTTP error', () => {
  it.each([
    [{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: {} } }, -32602],
    [{ jsonrpc: '2.0', method: 'notifications/progress' }, -32602],
    [{ jsonrpc: '2.0', id: 1, result: 5 }, -32600],
    [{ jsonrpc: '2.0', method: 'tools/call', params: { name: 'x' } }, -32600],
  ])('%j', (body, code) => {
    expect(answerOf(post(body))).toMatchObject({ status: 400, code, id: null });
  });

  it.each([
    [{ jsonrpc: '2.0', method: 'notifications/initialized' }],
    [{ jsonrpc: '2.0', method: 'notifications/vendor/thing', params: { a: 1 } }],
    [{ jsonrpc: '2.0', id: 1, result: {} }],
  ])('%j passes', (body) => {
    expect(passOf(post(body))).toBeDefined();
  });
});

describe('30: POSTs of the HTTP+SSE transport', () => {
  it('need neither version nor Accept, but the same body', () => {
    const config = { revisions: ['2024-11-05'], accept: 'strict' };
    expect(passOf(post(ping, { accept: undefined }), config).summary?.revision).toBe('2024-11-05');
    expect(answerOf(post('{', { accept: undefined }), config)).toMatchObject({ status: 400, code: -32700 });
  });
});

describe('bodies of GET, DELETE and OPTIONS', () => {
  it.each([
    ['OPTIONS', {}, JSON.stringify(ping)],
    ['OPTIONS', { 'transfer-encoding': 'chunked' }, ''],
    ['GET', {}, 'x'],
    ['DELETE', { 'mcp-session-id': 's' }, '{}'],
    ['GET', { 'content-length': '5' }, ''],
    ['GET', { 'transfer-encoding': 'chunked' }, ''],
    ['GET', {}, { kind: 'spilled' } as const],
  ])('%s %j %j gets 400', (method, headers, body) => {
    expect(answerOf(factsOf(method, { ...STREAM, ...headers }, body))).toMatchObject({
      status: 400,
      code: -32600,
      id: null,
    });
  });

  it('an announced length of zero is none', () => {
    expect(passOf(factsOf('GET', { ...STREAM, 'content-length': '0' }, ''))).toBeDefined();
  });
});
