import fc from 'fast-check';
import {
  answerOf,
  factsOf,
  JSON_HEADERS,
  decideWith,
  MODERN,
  modernMeta,
  modernPost,
  passOf,
  post,
  request,
} from './request';

/** Ways to make two readers of one request see two requests, and the strict answer to each. */
describe('smuggling', () => {
  it.each([
    ['duplicate keys at the top', '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}', -32700],
    [
      'duplicate keys in the depth',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":[{"y":1,"y":2}]}}}',
      -32700,
    ],
    [
      'a duplicate in another spelling',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","n\\u0061me":"b"}}',
      -32700,
    ],
    ['a NUL in a key', '{"jsonrpc":"2.0","id":1,"method":"ping","method\\u0000":"tools/call"}', -32700],
    ['a byte order mark', '\ufeff{"jsonrpc":"2.0","id":1,"method":"ping"}', -32700],
    ['a lone surrogate', '{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', -32700],
    [
      'a number beyond a double',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":1e400}}}',
      -32700,
    ],
    ['trailing garbage', '{"jsonrpc":"2.0","id":1,"method":"ping"}x', -32700],
    ['two documents', '{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}', -32700],
    ['nothing', '', -32700],
    ['deep nesting', '['.repeat(200_000), -32700],
    ['a case variant at the top', '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}', -32600],
    [
      'a folded member at the top',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"param\u017f":{"name":"b"}}',
      -32600,
    ],
    [
      'a case variant in params',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","NAME":"b"}}',
      -32600,
    ],
    [
      'a folded member in params',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","argument\u017f":{}}}',
      -32600,
    ],
    ['a folded member alone', '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"Level":"info"}}', -32600],
    ['a Kelvin sign', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","tas\u212a":{}}}', -32600],
    [
      'a case variant in _meta',
      '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"ProgressToken":1}}}',
      -32600,
    ],
    ['a case variant of _meta', '{"jsonrpc":"2.0","id":1,"method":"vendor/x","params":{"_META":{}}}', -32600],
  ])('%s', (_, body, code) => {
    expect(answerOf(post(body))).toMatchObject({ status: 400, code });
  });

  it('invalid UTF-8', () => {
    const bytes = Buffer.from('{"jsonrpc":"2.0","id":"\u00e9","method":"ping"}', 'latin1');
    expect(answerOf(post(bytes))).toMatchObject({ status: 400, code: -32700, id: null });
  });

  it('a hidden version claim: a folded key of _meta', () => {
    const _meta = { 'io.modelcontextprotocol/ProtocolVersion': MODERN };
    expect(answerOf(post(request('tools/list', { _meta })))).toMatchObject({ status: 400, code: -32600 });
  });

  it('more values than a server should parse', () => {
    const facts = post(request('tools/call', { name: 'a', arguments: { list: Array.from({ length: 200 }, () => 0) } }));
    expect(answerOf(facts, { max_values: 100 })).toMatchObject({
      status: 400,
      code: -32700,
      reason: 'too_many_values',
    });
    expect(passOf(facts)).toBeDefined();
  });

  it('a call hidden in a batch', () => {
    const batch = [request('ping'), request('tools/call', { name: 'rm' }, 2)];
    expect(decideWith(post(batch), { tools: { allow: [], deny: ['rm'] } }).kind).toBe('reject');
  });

  it('a name in the header that is not the one in the body', () => {
    const facts = modernPost('tools/call', { name: 'rm' }, { 'mcp-name': 'ls' });
    expect(answerOf(facts, { tools: { allow: [], deny: ['rm'] } })).toMatchObject({ status: 400, code: -32020 });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a method or member named %s has no special meaning',
    (name) => {
      expect(passOf(post(request(name)))).toBeDefined();
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"${name}":1},"${name}":2}}`;
      expect(passOf(post(body))).toBeDefined();
      expect(
        answerOf(post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"${name}":{"name":"a"}}}`)),
      ).toMatchObject({ code: -32602 });
    },
  );

  it('NUL and big integers in arguments pass unchanged', () => {
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"t":"\\u0000","n":9007199254740993,"z":-0}}}';
    expect(passOf(post(body))).toBeDefined();
  });
});

describe('an error response', () => {
  it('never repeats values, within 256 characters', () => {
    const secret = 'S3CRET';
    for (const facts of [
      post(`{"${secret}":1,"${secret}":2}`),
      post(request('tools/call', { name: 5, arguments: { [secret]: secret } })),
      post(request('logging/setLevel', { level: secret })),
      post(request('prompts/get', { name: 'p', arguments: { ['k'.repeat(2000)]: 5 } })),
      post(request('initialize', { protocolVersion: secret, capabilities: secret, clientInfo: secret })),
      modernPost('tools/list', {}, { 'mcp-method': secret }),
    ]) {
      const { message } = answerOf(facts);
      expect(message).not.toContain(secret);
      expect(message.length).toBeLessThanOrEqual(256);
    }
  });

  it('names the location and the rule', () => {
    expect(answerOf(post(request('tools/call', {}))).message).toBe(
      "Invalid params: /params must have required property 'name'",
    );
    expect(answerOf(post(request('tools/call', { name: 5 }))).message).toBe(
      'Invalid params: /params/name must be string',
    );
    expect(answerOf(post(request('tools/call'))).message).toBe('Invalid params: /params is missing');
  });

  it('is JSON with its media type', () => {
    expect(answerOf(post('x')).headers).toEqual({ 'Content-Type': 'application/json' });
  });
});

describe('properties', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const version = fc.constantFrom(undefined, '2024-11-05', '2025-06-18', '2025-11-25', MODERN, 'x');
  const meta = fc.oneof(value, fc.constant(modernMeta()), fc.constant(modernMeta({ progressToken: {} })));
  const params = fc.oneof(
    value,
    fc.record({ name: value, uri: value, _meta: meta, arguments: value }, { requiredKeys: [] }),
  );
  const method = fc.constantFrom(
    'initialize',
    'ping',
    'tools/call',
    'resources/read',
    'tools/list',
    'notifications/cancelled',
    'x',
    '__proto__',
  );
  const message = fc.record(
    { jsonrpc: fc.constant('2.0'), id: fc.oneof(fc.integer(), fc.string(), value), method, params, result: value },
    { requiredKeys: ['jsonrpc'] },
  );

  it('any message gets a decision, and every rejection is a valid response', () => {
    fc.assert(
      fc.property(fc.oneof(message, fc.array(message, { maxLength: 3 }), value), version, (body, header) => {
        const decision = decideWith(post(body, { 'mcp-protocol-version': header, 'mcp-method': 'tools/list' }));
        if (decision.kind === 'pass') return;
        expect(
          decision.response.status === 200 || (decision.response.status >= 400 && decision.response.status < 500),
        ).toBe(true);
        expect(JSON.parse(decision.response.body)).toBeDefined();
      }),
      { numRuns: 400 },
    );
  });

  it('any bytes with any headers get a decision', () => {
    const header = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }), fc.constant('application/json'));
    const names = [
      'content-type',
      'accept',
      'origin',
      'host',
      'mcp-protocol-version',
      'mcp-session-id',
      'mcp-method',
      'mcp-name',
      'content-encoding',
    ];
    const headers = fc.record(Object.fromEntries(names.map((name) => [name, header])), { requiredKeys: [] });
    fc.assert(
      fc.property(
        fc.constantFrom('POST', 'GET', 'DELETE', 'OPTIONS', 'X'),
        headers,
        fc.uint8Array({ maxLength: 60 }),
        (verb, given, bytes) => {
          expect(['pass', 'reject']).toContain(decideWith(factsOf(verb, given, bytes)).kind);
          expect(['pass', 'reject']).toContain(decideWith(factsOf('POST', { ...given, ...JSON_HEADERS }, bytes)).kind);
        },
      ),
      { numRuns: 300 },
    );
  });
});
