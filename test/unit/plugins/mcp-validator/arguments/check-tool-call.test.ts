import { answerOf, decideWith, modernPost, passOf, post, request, rulesOf, versionHeader } from '../request';

const add = JSON.stringify({
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
});
const config = { tools: { allow: [], deny: [], schemas: { add } } };
const call = (args: unknown, more: object = {}) => request('tools/call', { name: 'add', arguments: args, ...more });

function resultOf(facts: ReturnType<typeof post>, given: Record<string, unknown> = config) {
  const decision = decideWith(facts, given);
  if (decision.kind === 'pass') throw new Error('passed');
  const { status, body, reason, code } = decision.response;
  return { status, reason, code, body: JSON.parse(body) as unknown };
}

describe('arguments that break their schema', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18'])('%s: a JSON-RPC error', (version) => {
    expect(answerOf(post(call({ a: 1, b: 'x' }), versionHeader(version)), config)).toMatchObject({
      status: 200,
      code: -32602,
      id: 1,
      message: 'Invalid arguments: /arguments/b must be number',
      reason: 'invalid_arguments',
    });
  });

  it('2025-11-25: a tool result', () => {
    expect(resultOf(post(call({ a: 1 }), versionHeader('2025-11-25')))).toEqual({
      status: 200,
      reason: 'invalid_arguments',
      code: -32602,
      body: {
        jsonrpc: '2.0',
        id: 1,
        result: {
          content: [{ type: 'text', text: "Input validation error: /arguments must have required property 'b'" }],
          isError: true,
        },
      },
    });
  });

  it('2025-11-25 with a task: a JSON-RPC error', () => {
    const facts = post(call({ a: 1 }, { task: {} }), versionHeader('2025-11-25'));
    expect(answerOf(facts, config)).toMatchObject({ status: 200, code: -32602, id: 1 });
  });

  it('2026-07-28: a complete tool result', () => {
    const { status, body } = resultOf(modernPost('tools/call', { name: 'add', arguments: { a: 1 } }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 1, result: { isError: true, resultType: 'complete' } });
  });

  it('can get the same response in all revisions', () => {
    const modern = modernPost('tools/call', { name: 'add', arguments: {} });
    expect(answerOf(modern, { ...config, argument_errors: 'error' })).toMatchObject({ status: 400, code: -32602 });
    expect(resultOf(post(call({})), { ...config, argument_errors: 'result' }).body).toMatchObject({
      result: { isError: true },
    });
  });

  it('in a batch: every request gets an error', () => {
    const batch = [call({}), request('ping', {}, 2)];
    expect(resultOf(post(batch)).body).toMatchObject([{ error: { code: -32602 } }, { error: { code: -32600 } }]);
  });

  it('never repeats their values', () => {
    const { message } = answerOf(post(call({ a: 'S3CRET', b: 1 })), config);
    expect(message).not.toContain('S3CRET');
  });

  it('missing arguments are an empty object', () => {
    expect(answerOf(post(request('tools/call', { name: 'add' })), config).message).toContain("required property 'a'");
  });
});

it('arguments that match pass, and tools without a schema too, unless they are denied', () => {
  expect(passOf(post(call({ a: 1, b: 2.5, c: 'free' })), config)).toBeDefined();
  const other = post(request('tools/call', { name: 'other', arguments: { a: 'x' } }));
  expect(passOf(other, config)).toBeDefined();
  expect(answerOf(other, { ...config, unknown_tools: 'deny' })).toMatchObject({
    code: -32602,
    message: 'Unknown tool: other',
  });
  const inherited = post(request('tools/call', { name: 'constructor' }));
  expect(answerOf(inherited, { ...config, unknown_tools: 'deny' })).toMatchObject({ code: -32602 });
});

it('a configuration with a schema that cannot be used fails, naming it', () => {
  expect(() => rulesOf({ tools: { schemas: { add: '{' } } })).toThrow(
    /tools\.schemas: the schema of add is not strict JSON/,
  );
});

describe('Mcp-Param headers', () => {
  const schema = JSON.stringify({
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      limit: { type: 'integer', 'x-mcp-header': 'Limit' },
      dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' },
      at: {
        type: 'object',
        properties: { city: { type: 'string', 'x-mcp-header': 'City' } },
      },
    },
  });
  const given = { tools: { schemas: { deploy: schema } } };
  const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

  it.each([
    [{ region: 'eu' }, { 'mcp-param-region': 'eu' }, true],
    [{ region: 'eu' }, { 'mcp-param-region': base64('eu') }, true],
    [{ region: 'Zürich' }, { 'mcp-param-region': base64('Zürich') }, true],
    [{ region: '' }, { 'mcp-param-region': '' }, true],
    [{ limit: 42 }, { 'mcp-param-limit': '42' }, true],
    [{ limit: 42 }, { 'mcp-param-limit': '42.0' }, true],
    [{ limit: -7 }, { 'mcp-param-limit': '-7' }, true],
    [{ dry: false }, { 'mcp-param-dry-run': 'false' }, true],
    [{ at: { city: 'Bern' } }, { 'mcp-param-city': 'Bern' }, true],
    [{}, {}, true],
    [{ region: null }, {}, true],
    [{}, { 'mcp-param-other': 'ignored' }, true],
    [{ region: 'eu' }, {}, false],
    [{ region: 'eu' }, { 'mcp-param-region': 'us' }, false],
    [{ region: 'eu' }, { 'mcp-param-region': 'EU' }, false],
    [{ region: 'eu' }, { 'mcp-param-region': ['eu', 'eu'] }, false],
    [{ region: 'eu' }, { 'mcp-param-region': '=?base64?!?=' }, false],
    [{ region: 'Zürich' }, { 'mcp-param-region': 'Zürich' }, false],
    [{}, { 'mcp-param-region': 'eu' }, false],
    [{ region: null }, { 'mcp-param-region': 'null' }, false],
    [{ limit: 42 }, { 'mcp-param-limit': '43' }, false],
    [{ limit: 42 }, { 'mcp-param-limit': '4.2e1' }, false],
    [{ limit: 42 }, { 'mcp-param-limit': '' }, false],
    [{ limit: 9007199254740992 }, { 'mcp-param-limit': '9007199254740992' }, false],
    [{ dry: true }, { 'mcp-param-dry-run': 'True' }, false],
    [{ at: { city: 'Bern' } }, {}, false],
    [{ at: { city: {} } }, { 'mcp-param-city': '' }, false],
  ])('%j with %j passes: %j', (args, headers, passes) => {
    const facts = modernPost('tools/call', { name: 'deploy', arguments: args }, headers);
    // null is checked by the schema afterwards.
    if (passes && Object.values(args).includes(null)) expect(resultOf(facts, given).reason).toBe('invalid_arguments');
    else if (passes) expect(passOf(facts, given)).toBeDefined();
    else
      expect(answerOf(facts, given)).toMatchObject({
        status: 400,
        code: -32020,
        id: 1,
        reason: 'param_header_mismatch',
      });
  });

  it('are ignored in older revisions', () => {
    expect(passOf(post(request('tools/call', { name: 'deploy', arguments: { region: 'eu' } })), given)).toBeDefined();
  });

  it.each([
    ['an empty name', { properties: { a: { type: 'string', 'x-mcp-header': '' } } }],
    ['a name that is not a valid header name', { properties: { a: { type: 'string', 'x-mcp-header': 'a b' } } }],
    [
      'the same name twice',
      { properties: { a: { type: 'string', 'x-mcp-header': 'A' }, b: { type: 'string', 'x-mcp-header': 'a' } } },
    ],
    ['a number', { properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }],
    ['an object', { properties: { a: { type: 'object', 'x-mcp-header': 'A' } } }],
    ['a parameter of items', { properties: { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } } }],
    ['a parameter of an alternative', { anyOf: [{ properties: { a: { type: 'string', 'x-mcp-header': 'A' } } }] }],
    [
      'a parameter of a definition',
      { $defs: { a: { type: 'string', 'x-mcp-header': 'A' } }, properties: { a: { $ref: '#/$defs/a' } } },
    ],
    ['the root', { 'x-mcp-header': 'A' }],
  ])('an annotation of %s makes the schema invalid', (_, more) => {
    expect(() => rulesOf({ tools: { schemas: { t: JSON.stringify({ type: 'object', ...more }) } } })).toThrow(
      /x-mcp-header/,
    );
  });
});
