import { Headers } from '../../../../../kong/pdk';
import { readConfig } from '../../../../../kong/pdk/read-config';
import { decide } from '../../../../../plugins/mcp-validator/decision/decide';
import type { CallerFacts } from '../../../../../plugins/mcp-validator/policy/caller-rules';
import { compileRules } from '../../../../../plugins/mcp-validator/rules';
import { fields } from '../../../../../plugins/mcp-validator/schema';
import type { McpIdentity } from '../../../../../plugins/shared/mcp/identity';
import { modernPost } from '../request';

const METADATA = 'resource_metadata="https://ai.example.com/.well-known/oauth-protected-resource/mcp"';

const identity = (more: Partial<McpIdentity> = {}): McpIdentity => ({
  kind: 'token',
  principal: 'p',
  scopes: ['mcp'],
  groups: [],
  claims: {},
  challenge: METADATA,
  required: ['mcp'],
  ...more,
});
const token = (more: Partial<McpIdentity> = {}): CallerFacts => ({
  identity: identity(more),
  consumer: undefined,
  groups: [],
});
const anonymous = token({ kind: 'anonymous', scopes: [] });
const key = token({ kind: 'kong', scopes: [] });

const call = (name: string, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name },
});
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function answer(access: object, caller: CallerFacts | undefined, body: object, revision = '2025-06-18') {
  const rules = compileRules(readConfig(fields, { access }));
  const headers = Headers.from({ ...HEADERS, 'mcp-protocol-version': revision });
  const bytes = Buffer.from(JSON.stringify(body));
  const decision = decide(
    {
      method: 'POST',
      path: '/mcp',
      headers,
      headersTruncated: false,
      body: { kind: 'bytes', bytes },
      ...(caller && { caller }),
    },
    rules,
  );
  if (decision.kind === 'pass') return 'pass';
  const { status, reason, headers: sent, body: text } = decision.response;
  return { status, reason, challenge: sent['WWW-Authenticate'], body: JSON.parse(text) as unknown };
}

const write = { names: ['delete_*'], scopes: ['files:write', 'files:read'] };

it('asks for all scopes of an operation, also those that the token has, with the id of the request', () => {
  const caller = token({ scopes: ['mcp', 'files:read'] });
  expect(answer({ rules: [write] }, caller, call('delete_all', 'x'))).toEqual({
    status: 403,
    reason: 'insufficient_scope',
    challenge:
      'Bearer error="insufficient_scope", error_description="The access token lacks a scope", ' +
      `scope="files:write files:read mcp", ${METADATA}`,
    body: {
      jsonrpc: '2.0',
      id: 'x',
      error: {
        code: -32600,
        message: 'The access token lacks a scope',
        data: { required_scopes: ['files:write', 'files:read', 'mcp'] },
      },
    },
  });
});

it.each(['2025-03-26', '2025-06-18', '2025-11-25'])('starts the step-up in revision %s', (revision) => {
  expect(answer({ rules: [write] }, token(), call('delete_all'), revision)).toMatchObject({ status: 403 });
});

it('starts the step-up in revision 2026-07-28, with the id of the request', () => {
  const decision = decide(
    { ...modernPost('tools/call', { name: 'delete_all' }), caller: token() },
    compileRules(readConfig(fields, { access: { rules: [write] } })),
  );
  expect(decision).toMatchObject({ kind: 'reject', response: { status: 403, reason: 'insufficient_scope' } });
  const { headers, body } = (decision as { response: { headers: object; body: string } }).response;
  expect(headers).toMatchObject({
    'WWW-Authenticate': expect.stringContaining('scope="files:write files:read mcp"') as string,
  });
  expect(JSON.parse(body)).toMatchObject({ id: 1, error: { code: -32600 } });
});

it('lets a token with the scopes pass, and tools that no rule names', () => {
  const caller = token({ scopes: ['files:write', 'files:read'] });
  expect(answer({ rules: [write] }, caller, call('delete_all'))).toBe('pass');
  expect(answer({ rules: [write] }, token(), call('add'))).toBe('pass');
});

it('asks for the scopes of both tools of a batch', () => {
  const rules = [
    { names: ['a'], scopes: ['a'] },
    { names: ['b'], scopes: ['b'] },
  ];
  const found = answer({ rules }, token(), [call('a'), call('b', 2)], '2025-03-26');
  expect(found).toMatchObject({ status: 403, challenge: expect.stringContaining('scope="a b mcp"') as string });
});

const hr = { names: ['payroll'], groups: ['hr', 'finance'] };

it.each<[string, object, CallerFacts | undefined, string]>([
  ['a group is missing', hr, token({ groups: ['ops'] }), 'access_denied'],
  ['one group of two is there', hr, token({ groups: ['finance'] }), 'pass'],
  ['a client is missing', { clients: ['a'] }, token({ client: 'b' }), 'access_denied'],
  ['a client is there', { clients: ['a'] }, token({ client: 'a' }), 'pass'],
  [
    'a claim is missing',
    { claims: { department: ['ops'] } },
    token({ claims: { department: ['hr'] } }),
    'access_denied',
  ],
  ['a claim is there', { claims: { department: ['ops'] } }, token({ claims: { department: ['ops'] } }), 'pass'],
  ['a claim of the prototype', { claims: { constructor: ['x'] } }, token(), 'access_denied'],
  ['a consumer is missing', { consumers: ['ann'] }, token(), 'access_denied'],
  [
    'a consumer is there',
    { consumers: ['ann'] },
    { identity: identity(), consumer: { id: '1', username: 'ann', tags: [] }, groups: [] },
    'pass',
  ],
  [
    'an empty username names no consumer',
    { consumers: ['ann'] },
    { identity: identity(), consumer: { id: '', username: '', tags: [] }, groups: [] },
    'access_denied',
  ],
  ['a caller that Kong authenticated has no scopes', { scopes: ['s'] }, key, 'access_denied'],
  ['a caller that Kong authenticated is authenticated', { authenticated: true }, key, 'pass'],
  ['nobody needs a token', { authenticated: true }, anonymous, 'unauthenticated'],
  ['nobody needs the token of a group', hr, anonymous, 'unauthenticated'],
  ['mcp-auth is not on the route', { authenticated: true }, undefined, 'unauthenticated'],
  [
    'mcp-auth is not on the route, and Kong knows a consumer',
    { consumers: ['ann'] },
    { identity: undefined, consumer: { id: '1', username: 'ann', tags: [] }, groups: [] },
    'unauthenticated',
  ],
])('%s', (_, rule, caller, expected) => {
  const found = answer({ rules: [rule] }, caller, call('payroll'));
  expect(typeof found === 'string' ? found : found.reason).toBe(expected);
});

it('challenges a caller without a token for a tool, but not for a list', () => {
  const access = { rules: [{ authenticated: true, scopes: ['tools'] }] };
  expect(answer(access, anonymous, call('add'))).toMatchObject({
    status: 401,
    challenge: `Bearer scope="tools mcp", ${METADATA}`,
  });
  expect(answer(access, anonymous, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).toBe('pass');
});

it('has a challenge without metadata where mcp-auth is missing', () => {
  expect(answer({ rules: [{ authenticated: true }] }, undefined, call('add'))).toMatchObject({ challenge: 'Bearer' });
});

it.each<[string, string, CallerFacts | undefined, string]>([
  ['a stream', 'GET', undefined, 'unauthenticated'],
  ['the end of a session', 'DELETE', undefined, 'unauthenticated'],
  ['a preflight', 'OPTIONS', undefined, 'pass'],
  ['a stream of a caller with a token', 'GET', token(), 'pass'],
  ['a stream of a caller whom mcp-auth lets pass as anonymous', 'GET', anonymous, 'pass'],
])(
  'a rule for all messages closes a route without mcp-auth for requests without one too: %s',
  (_, method, caller, expected) => {
    const rules = compileRules(
      readConfig(fields, { access: { rules: [{ methods: ['*'], names: ['*'], authenticated: true }] } }),
    );
    const headers = Headers.from({
      accept: 'text/event-stream',
      'mcp-session-id': 's',
      'mcp-protocol-version': '2025-06-18',
    });
    const facts = {
      method,
      path: '/mcp',
      headers,
      headersTruncated: false,
      body: { kind: 'bytes', bytes: Buffer.alloc(0) },
    } as const;
    const decision = decide({ ...facts, ...(caller && { caller }) }, rules);
    expect(decision.kind === 'pass' ? 'pass' : decision.response.reason).toBe(expected);
  },
);

it('requires all rules that match', () => {
  const rules = [
    { names: ['*'], scopes: ['a'] },
    { names: ['x*'], groups: ['g'] },
  ];
  expect(answer({ rules }, token({ scopes: ['a'] }), call('xy'))).toMatchObject({ reason: 'access_denied' });
  expect(answer({ rules }, token({ groups: ['g'] }), call('xy'))).toMatchObject({ reason: 'insufficient_scope' });
  expect(answer({ rules }, token({ scopes: ['a'], groups: ['g'] }), call('xy'))).toBe('pass');
});

it('answers a hidden tool as one that does not exist', () => {
  const found = answer({ rules: [hr] }, token(), call('payroll'));
  expect(found).toMatchObject({ status: 200, body: { error: { code: -32602, message: 'Unknown tool: payroll' } } });
});

it('finds a resource in every spelling of its URI', () => {
  const rules = [{ methods: ['resources/*'], names: ['file:///secret/*'], groups: ['g'] }];
  const read = (uri: string) => ({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } });
  for (const uri of ['file:///secret/a', 'file:///x/../secret/a', 'FILE:///%73ecret/a']) {
    expect(answer({ rules }, token(), read(uri))).toMatchObject({ reason: 'access_denied' });
  }
  expect(answer({ rules }, token(), read('file:///open/a'))).toBe('pass');
});

it('takes a message of an extension for one that may name anything', () => {
  const rules = [{ methods: ['*'], names: ['delete_*'], scopes: ['s'] }];
  const run = { jsonrpc: '2.0', id: 1, method: 'vendor/run', params: { job: ['delete_all'] } };
  expect(answer({ rules }, token(), run)).toMatchObject({ status: 403 });
});

it('denies what no rule matches with default deny, but not what a session needs', () => {
  const access = { default: 'deny', rules: [{ names: ['add'] }] };
  expect(answer(access, token(), call('add'))).toBe('pass');
  expect(answer(access, token(), call('sub'))).toMatchObject({ reason: 'access_denied' });
  expect(answer(access, token(), { jsonrpc: '2.0', id: 1, method: 'tools/list' })).toBe('pass');
  expect(answer(access, token(), { jsonrpc: '2.0', id: 1, method: 'vendor/run' })).toMatchObject({
    reason: 'access_denied',
  });
});

it('judges the caller before the arguments', () => {
  const text = JSON.stringify({ type: 'object', required: ['a'] });
  const rules = compileRules(
    readConfig(fields, { access: { rules: [{ scopes: ['s'] }] }, tools: { schemas: { add: text } } }),
  );
  const headers = Headers.from({ ...HEADERS, 'mcp-protocol-version': '2025-06-18' });
  const body = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(call('add'))) } as const;
  const facts = { method: 'POST', path: '/mcp', headers, headersTruncated: false, body, caller: token() };
  expect(decide(facts, rules)).toMatchObject({ response: { reason: 'insufficient_scope' } });
});
