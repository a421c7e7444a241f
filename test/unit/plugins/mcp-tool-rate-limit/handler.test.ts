import { Headers, Metrics } from '../../../../kong/pdk';
import { toKongFields } from '../../../../kong/pdk/kong-schema';
import { readConfig } from '../../../../kong/pdk/read-config';
import { mcpToolRateLimit } from '../../../../plugins/mcp-tool-rate-limit';
import { access } from '../../../../plugins/mcp-tool-rate-limit/handler';
import { fields } from '../../../../plugins/mcp-tool-rate-limit/schema';
import { prepare } from '../../../../plugins/mcp-tool-rate-limit/state';
import type { Revision } from '../../../../plugins/shared/mcp/revisions';
import { limiterFacts, rejection, TestLimiter, toolCall, type LimiterFacts } from '../../../support/limiter';

// The clock is stopped, so that remaining units are exact.
beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const windows = (limit: number, window_seconds = 60, burst?: number) => [
  { limit, window_seconds, ...(burst !== undefined && { burst }) },
];

/** A limiter that has already admitted the only call of `add` that its limit allows. */
async function spent(config: Record<string, unknown> = {}): Promise<TestLimiter> {
  const limiter = await TestLimiter.start({ rules: [{ windows: windows(1) }], denial: 'http_429', ...config });
  expect(await limiter.call('add')).toBe(true);
  return limiter;
}

const summaryOf = (revision: Revision, name = 'add', task = false): Partial<LimiterFacts> => ({
  summary: {
    revision,
    batch: false,
    messages: [{ kind: 'request', id: 'x', method: 'tools/call', name, ...(task && { task }) }],
  },
});

describe('a call within its limit', () => {
  it('passes, with headers that report the limit', async () => {
    const limiter = await TestLimiter.start({ rules: [{ windows: windows(3) }] });
    expect(await limiter.ask({})).toEqual({
      kind: 'proceed',
      responseHeaders: { 'RateLimit-Limit': '3', 'RateLimit-Remaining': '2', 'RateLimit-Reset': '60' },
    });
  });

  it('has the headers of its tightest window', async () => {
    const rules = [{ windows: [...windows(100), ...windows(3, 3600)] }];
    const limiter = await TestLimiter.start({ rules });
    expect(await limiter.ask({})).toMatchObject({ responseHeaders: { 'RateLimit-Limit': '3' } });
  });

  it('can have the headers of the IETF draft, with every window', async () => {
    const rules = [{ id: 'say "hi" é', windows: [...windows(10, 60, 4), ...windows(100, 3600)] }];
    const limiter = await TestLimiter.start({ rules, headers: 'ietf' });
    expect(await limiter.ask({})).toMatchObject({
      responseHeaders: {
        'RateLimit-Policy': '"say \\"hi\\" ?";q=14;w=60, "say \\"hi\\" ? 2";q=100;w=3600',
        RateLimit: '"say \\"hi\\" ?";r=4;t=6, "say \\"hi\\" ? 2";r=99;t=3600',
      },
    });
  });

  it.each([
    ['both', ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'RateLimit', 'RateLimit-Policy']],
    ['kong', ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']],
  ])('headers: %s', async (headers, names) => {
    const limiter = await TestLimiter.start({ rules: [{ windows: windows(3) }], headers });
    const { responseHeaders } = (await limiter.ask({})) as { responseHeaders: object };
    expect(Object.keys(responseHeaders)).toEqual(names);
  });

  it('has no headers if they are hidden, or if no rule applies', async () => {
    const rules = [{ name: 'add', windows: windows(3) }];
    expect(await (await TestLimiter.start({ rules, hide_client_headers: true })).ask({})).toEqual({
      kind: 'proceed',
      responseHeaders: {},
    });
    expect(await (await TestLimiter.start({ rules })).ask({ json: toolCall('and') })).toEqual({ kind: 'proceed' });
  });
});

describe('a call over its limit', () => {
  const data = { limit: 1, window_seconds: 60, retry_after_seconds: 60, tool: 'add' };
  const error = { code: 429, message: 'Rate limit exceeded: at most 1 in 60 seconds; try again in 60 seconds', data };

  it('of a tool gets a tool result for the model by default', async () => {
    const limiter = await TestLimiter.start({ rules: [{ windows: windows(1) }] });
    await limiter.call('add');
    expect(rejection(await limiter.ask({}))).toMatchObject({
      status: 200,
      headers: { 'Retry-After': '60' },
      body: { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: error.message }], isError: true } },
    });
  });

  it('can get 429, a JSON-RPC error with its id, and Retry-After', async () => {
    expect(rejection(await (await spent()).ask({}))).toEqual({
      kind: 'reject',
      reason: 'rate_limited',
      status: 429,
      headers: {
        'Content-Type': 'application/json',
        'Retry-After': '60',
        'RateLimit-Limit': '1',
        'RateLimit-Remaining': '0',
        'RateLimit-Reset': '60',
      },
      body: { jsonrpc: '2.0', id: 1, error },
      share: { mcp_denied: { by: 'mcp-tool-rate-limit', reason: 'rate_limited', code: 429 } },
    });
  });

  it('does not affect another tool', async () => {
    expect(await (await spent()).call('subtract')).toBe(true);
  });

  it('can get 200 with a JSON-RPC error', async () => {
    const response = rejection(await (await spent({ denial: 'jsonrpc_200' })).ask({}));
    expect(response).toMatchObject({ status: 200, headers: { 'Retry-After': '60' }, body: { id: 1, error } });
  });

  it.each([
    ['2025-06-18', {}],
    ['2026-07-28', { resultType: 'complete' }],
  ] as const)('can get a tool result in the form of revision %s', async (revision, more) => {
    const limiter = await spent({ denial: 'tool_error' });
    expect(rejection(await limiter.ask(summaryOf(revision)))).toMatchObject({
      status: 200,
      body: {
        jsonrpc: '2.0',
        id: 'x',
        result: { content: [{ type: 'text', text: error.message }], isError: true, ...more },
      },
    });
  });

  it.each<[string, Partial<LimiterFacts> & { json?: object }]>([
    ['by mcp-validator', summaryOf('2025-11-25', 'add', true)],
    ['by the limiter', { json: { ...toolCall('add', 'x'), params: { name: 'add', task: {} } } }],
  ])('that runs as a task gets an error, which its client expects (read %s)', async (_, facts) => {
    const limiter = await spent({ denial: 'tool_error' });
    const { status, body } = rejection(await limiter.ask(facts));
    expect([status, body]).toEqual([200, { jsonrpc: '2.0', id: 'x', error }]);
  });

  it('of another method gets an error, also with tool_error', async () => {
    const rules = [{ method: 'resources/read', windows: windows(1) }];
    const limiter = await TestLimiter.start({ rules, denial: 'tool_error' });
    const json = { jsonrpc: '2.0', id: 'r', method: 'resources/read', params: { uri: 'file:///a' } };
    await limiter.ask({ json });
    expect(rejection(await limiter.ask({ json }))).toMatchObject({
      status: 200,
      body: { id: 'r', error: { code: 429, data: { method: 'resources/read', name: 'file:///a' } } },
    });
  });

  it.each(['http_429', 'jsonrpc_200', 'tool_error'])('that is a notification gets the status (%s)', async (denial) => {
    const limiter = await spent({ denial });
    const notification = { ...toolCall('add'), id: undefined };
    expect(rejection(await limiter.ask({ json: notification }))).toMatchObject({
      status: 429,
      body: { jsonrpc: '2.0', id: null, error: { code: 429 } },
    });
  });

  it('gets the configured status and message', async () => {
    const limiter = await spent({ error_code: 420, error_message: 'Calm down' });
    expect(rejection(await limiter.ask({}))).toMatchObject({
      status: 420,
      body: { error: { code: 429, message: 'Calm down: at most 1 in 60 seconds; try again in 60 seconds' } },
    });
  });

  it('passes again after Retry-After', async () => {
    const limiter = await spent();
    jest.advanceTimersByTime(59_999);
    expect(rejection(await limiter.ask({})).headers['Retry-After']).toBe('1');
    jest.advanceTimersByTime(1);
    expect(await limiter.call('add')).toBe(true);
  });

  it('has a long name cut in its response', async () => {
    const limiter = await TestLimiter.start({ rules: [{ windows: windows(1), shared: ['tools'] }] });
    await limiter.call('a');
    const { body } = rejection(await limiter.ask({ json: toolCall('n'.repeat(5000)) }));
    expect(JSON.stringify(body).length).toBeLessThan(500);
  });
});

describe('a batch', () => {
  const rules = [
    { id: 'expensive', name: 'expensive', windows: windows(1) },
    { id: 'rest', windows: windows(10) },
  ];
  const batch = (...names: string[]) => names.map((name, i) => toolCall(name, i + 1));

  it('is rejected as a whole: each call gets a reason, and nothing is spent', async () => {
    const limiter = await TestLimiter.start({ rules, denial: 'http_429' });
    const { status, body, headers } = rejection(await limiter.ask({ json: batch('add', 'expensive', 'expensive') }));
    expect([status, headers['Retry-After']]).toEqual([429, undefined]);
    const whole = 'at most 1 in 60 seconds; 2 calls in one batch never fit, send fewer';
    expect(body).toMatchObject([
      {
        id: 1,
        error: { code: 429, message: 'Rate limit exceeded: not executed, another call of the batch is over its limit' },
      },
      { id: 2, error: { code: 429, message: `Rate limit exceeded: ${whole}`, data: { tool: 'expensive' } } },
      { id: 3, error: { code: 429 } },
    ]);
    expect((await limiter.ask({ json: batch('add', 'expensive') })).kind).toBe('proceed');
  });

  it('gets responses for its requests only, always in an array', async () => {
    const limiter = await TestLimiter.start({ rules, denial: 'jsonrpc_200' });
    await limiter.call('expensive');
    const notification = { ...toolCall('add'), id: undefined };
    const json = [notification, toolCall('expensive', 'only')];
    expect(rejection(await limiter.ask({ json })).body).toMatchObject([{ id: 'only', error: { code: 429 } }]);
  });

  it('with calls and other requests gets results for tools and errors for the others', async () => {
    const limiter = await TestLimiter.start({ rules, denial: 'tool_error' });
    await limiter.call('expensive');
    const json = [toolCall('expensive', 1), { jsonrpc: '2.0', id: 2, method: 'ping' }];
    expect(rejection(await limiter.ask({ json }))).toMatchObject({
      status: 200,
      body: [
        { id: 1, result: { isError: true } },
        { id: 2, error: { code: 429 } },
      ],
    });
  });
});

describe('a rule in report mode', () => {
  it('rejects nothing, but counts and marks', async () => {
    const limiter = await TestLimiter.start({ rules: [{ id: 'trial', report: true, windows: windows(1) }] });
    expect(await limiter.ask({})).toEqual({ kind: 'proceed', responseHeaders: {} });
    expect(await limiter.ask({})).toEqual({
      kind: 'proceed',
      responseHeaders: { 'X-MCP-Tool-Rate-Limit-Report': 'trial' },
    });
    expect(await limiter.value('mcp_tool_rate_limit_decisions_total', 'decision="reported"')).toBe(1);
    expect(await limiter.value('mcp_tool_rate_limit_decisions_total', 'decision="allowed"')).toBe(1);
  });
});

describe('without mcp-validator', () => {
  const rules = [{ windows: windows(100) }];
  const raw = (text: string | Buffer): Partial<LimiterFacts> => ({ body: { kind: 'bytes', bytes: Buffer.from(text) } });

  it.each<[string, Partial<LimiterFacts>, number, number]>([
    ['a body that is not JSON', raw('not json'), 400, -32700],
    [
      'two members name',
      raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}'),
      400,
      -32700,
    ],
    [
      'a member that differs from name in case',
      raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"a","name":"b"}}'),
      400,
      -32600,
    ],
    [
      'a member that differs from uri in case',
      raw('{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"URI":"a"}}'),
      400,
      -32600,
    ],
    [
      'a member that differs from method in case',
      raw('{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}'),
      400,
      -32600,
    ],
    ['an empty body', raw(''), 400, -32700],
    [
      'a batch with too many messages',
      { ...limiterFacts({ json: Array.from({ length: 101 }, (_, i) => toolCall('a', i)) }) },
      400,
      -32600,
    ],
    ['a compressed body', { headers: Headers.from({ 'content-encoding': 'gzip' }) }, 415, -32600],
    ['a WebSocket', { ...raw(''), method: 'GET', headers: Headers.from({ upgrade: 'websocket' }) }, 400, -32600],
    ['a body that Kong wrote to disk', { body: { kind: 'spilled' } }, 413, -32600],
    ['a POST without a body', { body: { kind: 'failed', message: 'gone' } }, 400, -32600],
    ['a PUT with an invalid body', { ...raw('x'), method: 'PUT' }, 400, -32700],
  ])('rejects %s', async (_, facts, status, code) => {
    const strict = await TestLimiter.start({ rules });
    expect(rejection(await strict.ask(facts))).toMatchObject({ status, body: { error: { code } } });
    expect(await strict.sum('mcp_tool_rate_limit_unreadable_total')).toBe(1);
    const lenient = await TestLimiter.start({ rules, require_valid: false });
    expect(await lenient.ask(facts)).toEqual({ kind: 'proceed' });
    expect(await lenient.sum('mcp_tool_rate_limit_unreadable_total')).toBe(1);
  });

  it('rejects a body over its bound', async () => {
    const limiter = await TestLimiter.start({ rules, max_body_bytes: 20 });
    expect(rejection(await limiter.ask({})).status).toBe(413);
  });

  it.each(['GET', 'DELETE', 'OPTIONS'])('%s without a body passes', async (method) => {
    const limiter = await TestLimiter.start({ rules });
    expect(await limiter.ask({ ...raw(''), method })).toEqual({ kind: 'proceed' });
    expect(await limiter.ask({ body: { kind: 'failed', message: '' }, method })).toEqual({ kind: 'proceed' });
  });

  it('uses the body, not the Mcp-Name header', async () => {
    const limiter = await TestLimiter.start({ rules: [{ name: 'add', windows: windows(1) }] });
    const headers = Headers.from({ 'mcp-method': 'tools/call', 'mcp-name': 'free' });
    expect([await limiter.call('add', { headers }), await limiter.call('add', { headers })]).toEqual([true, false]);
  });
});

describe('a caller', () => {
  const paid = { id: 'c1', username: 'ann', customId: '', tags: ['paid'] };
  const tiers = [{ name: 'paid', tag: 'paid', group: 'paid' }];
  const rules = [
    { tiers: ['paid'], windows: windows(5) },
    { tiers: ['free'], windows: windows(1) },
  ];
  const config = { rules, tiers, default_tier: 'free', trust_acl_groups: true };
  const admitted = async (limiter: TestLimiter, facts: Partial<LimiterFacts>): Promise<number> => {
    let count = 0;
    for (let i = 0; i < 7; i++) if (await limiter.call('add', facts)) count++;
    return count;
  };

  it('has the limits of its tier, and cannot change the tier with headers', async () => {
    const limiter = await TestLimiter.start(config);
    expect(await admitted(limiter, { consumer: paid })).toBe(5);
    const forged = Headers.from({ 'x-consumer-groups': 'paid', 'x-consumer-id': 'c1', 'x-consumer-username': 'ann' });
    expect(await admitted(limiter, { headers: forged })).toBe(1);
    const withoutTrust = await TestLimiter.start({
      ...config,
      tiers: [{ name: 'paid', tag: 'paid' }],
      trust_acl_groups: false,
    });
    expect(await admitted(withoutTrust, { consumer: { ...paid, tags: [] }, headers: forged })).toBe(1);
  });
});

describe('metrics', () => {
  it('count calls by rule, and never contain a name that a client invented', async () => {
    const rules = [
      { name: 'add', windows: windows(1) },
      { id: 'rest', windows: windows(1), shared: ['tools'] },
    ];
    const limiter = await TestLimiter.start({ rules });
    for (const name of ['add', 'add', 'invented', 'also invented']) await limiter.call(name);
    const text = await limiter.metrics.registry.metrics();
    const lines = text.split('\n').filter((line) => line.startsWith('mcp_tool_rate_limit_decisions_total'));
    expect(lines.map((line) => line.slice('mcp_tool_rate_limit_decisions_total'.length))).toEqual([
      '{kong_service="py-calculator",rule="tools/call add",tool="add",decision="allowed"} 1',
      '{kong_service="py-calculator",rule="tools/call add",tool="add",decision="rejected"} 1',
      '{kong_service="py-calculator",rule="rest",tool="_other",decision="allowed"} 1',
      '{kong_service="py-calculator",rule="rest",tool="_other",decision="rejected"} 1',
    ]);
    expect(await limiter.value('mcp_tool_rate_limit_keys')).toBe(2);
    await limiter.close();
    expect(await limiter.value('mcp_tool_rate_limit_keys')).toBe(0);
    expect(await limiter.value('mcp_tool_rate_limit_keys_bytes')).toBe(0);
  });

  it('count calls that there was no counter for', async () => {
    const limiter = await TestLimiter.start({ rules: [{ windows: windows(5) }], max_keys: 1, max_names_per_caller: 0 });
    await limiter.call('a');
    await limiter.call('b', { ip: '192.0.2.2' });
    expect(await limiter.value('mcp_tool_rate_limit_overflow_total')).toBe(1);
  });
});

describe('the declaration', () => {
  it('is a guard: it runs after authentication and mcp-validator, and rejects when it throws', () => {
    expect(mcpToolRateLimit).toMatchObject({ name: 'mcp-tool-rate-limit', priority: 905, onError: 'reject' });
    expect(Object.keys(mcpToolRateLimit.phases)).toEqual(['access']);
  });

  it('reads the body from Kong only if mcp-validator did not', () => {
    const { reads, more } = mcpToolRateLimit.phases.access!;
    const methodsOf = (of: object) => Object.values(of).map(({ method }: { method: string }) => method);
    expect(methodsOf(reads)).not.toContain('kong.request.get_raw_body');
    expect(methodsOf(more!.reads)).toContain('kong.request.get_raw_body');
    const isNeeded = (summary: object | undefined) => more!.isNeeded({ summary } as never);
    expect([isNeeded(undefined), isNeeded({ batch: false, messages: [] })]).toEqual([true, false]);
  });

  it('throws when it has neither the body nor its summary', async () => {
    const state = await prepare(readConfig(fields, { rules: [{ windows: windows(1) }] }), {
      metrics: new Metrics(),
      log: console,
      now: Date.now,
      env: {},
      scope: {},
    });
    expect(() => access(state, limiterFacts({}), undefined)).toThrow('neither');
  });

  it('has descriptions of a length that Kong accepts', () => {
    const descriptions = JSON.stringify(toKongFields(fields)).match(/(?<="description":")(?:[^"\\]|\\.)*/g) ?? [];
    expect(descriptions.length).toBeGreaterThan(40);
    for (const text of descriptions) {
      expect(text.length).toBeGreaterThanOrEqual(10);
      expect(text.length).toBeLessThanOrEqual(500);
    }
  });

  it('accepts vault references for secrets', () => {
    const secrets = fields.redis.fields!;
    for (const name of ['password', 'sentinel_password']) {
      expect(secrets[name]?.attributes).toMatchObject({ referenceable: true, encrypted: true });
    }
  });
});
