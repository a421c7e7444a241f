import { SessionDurations } from '../../../../plugins/mcp-telemetry/sessions/session-durations';
import { TestedPlugin, type Exchange } from './run-mcp-telemetry';

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } };
const ok = { jsonrpc: '2.0', id: 1, result: {} };

describe('tools as labels', () => {
  const name = 'mcp_client_operation_duration_seconds_count';

  it('are used after the server announced them or responded to them successfully', async () => {
    const plugin = new TestedPlugin();
    const unknown = { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'Unknown tool' } };
    await plugin.log({ request: { ...call, params: { name: 'made-up' } }, response: unknown });
    expect(await plugin.value(name, 'gen_ai_tool_name="_unknown"')).toBe(1);
    await plugin.log({
      request: { id: 2, method: 'tools/list' },
      response: { id: 2, result: { tools: [{ name: 'add' }] } },
    });
    await plugin.log({ request: call, response: unknown });
    expect(await plugin.value(name, 'gen_ai_tool_name="add"', 'error_type="-32602"')).toBe(1);
    await plugin.log({ request: { ...call, params: { name: 'sub' } }, response: ok });
    expect(await plugin.value(name, 'gen_ai_tool_name="sub"')).toBe(1);
  });

  it('are bounded under a flood of tools, methods, codes and sessions', async () => {
    const plugin = new TestedPlugin({ max_tools: 20 });
    for (let n = 0; n < 1500; n++) {
      const request = { jsonrpc: '2.0', id: n, method: n % 2 ? 'tools/call' : `m${n}`, params: { name: `t${n}` } };
      const response = n % 3 ? { id: n, result: {} } : { id: n, error: { code: -n, message: 'x' } };
      await plugin.log({ request, response, requestHeaders: { 'mcp-session-id': `s${n}` } });
    }
    const text = await plugin.metrics.registry.metrics();
    expect(new Set(text.match(/gen_ai_tool_name="[^"]*"/g)).size).toBe(23);
    expect(new Set(text.match(/error_type="[^"]*"/g)).size).toBe(22);
    expect(new Set(text.match(/\{method="[^"]*"/g)).size).toBe(2);
    expect(text.split('\n').length).toBeLessThan(10_000);
    expect(await plugin.value('mcp_telemetry_label_overflow_total', 'gen_ai_tool_name')).toBeGreaterThan(0);
  });
});

describe('sealed sessions', () => {
  it('are known by the id of the server', async () => {
    const plugin = new TestedPlugin();
    const identity = { kind: 'token', principal: 'p', challenge: '', sealed: true };
    const sealed = `id-1.${'A'.repeat(27)}`;
    await plugin.log({ request: call, response: ok, identity, responseHeaders: { 'mcp-session-id': sealed } });
    await plugin.log({ method: 'DELETE', identity, requestHeaders: { 'mcp-session-id': 'id-1' } });
    expect(await plugin.value('mcp_gateway_session_duration_seconds_count')).toBe(1);
  });
});

describe('the backend', () => {
  it('is healthy while it responds, and its circuit is open while Kong has no address to try', async () => {
    const plugin = new TestedPlugin({ namespace: 'n' });
    const health = () => plugin.value('mcp_gateway_backend_health', 'backend="calc"', 'namespace="n"');
    const circuit = (state: string) =>
      plugin.value('mcp_gateway_circuit_breaker_state', 'namespace="n"', `state="${state}"`);
    await plugin.log({ request: call, response: ok, status: 500 });
    expect([await health(), await circuit('closed'), await circuit('open'), await circuit('half_open')]).toEqual([
      1, 1, 0, 0,
    ]);
    await plugin.log({ request: call, status: 502, source: 'kong' });
    expect([await health(), await circuit('closed')]).toEqual([0, 1]);
    await plugin.log({ request: call, status: 503, source: 'kong', tries: [] });
    expect([await health(), await circuit('closed'), await circuit('open')]).toEqual([0, 0, 1]);
    await plugin.log({ request: call, status: 429, source: 'kong', tries: [] });
    expect(await circuit('open')).toBe(1);
  });
});

/** As in Kong's log entry; only key-auth uses the credential's own id as its identifier. */
const knownBy = (identifier: string) => ({
  consumer: { id: 'c' },
  credential: { id: 'cred-1', consumer_id: 'c' },
  identifier,
});
const rejectedBy = (challenge: string) => ({
  status: 401,
  source: 'kong' as const,
  tries: [],
  responseHeaders: { 'www-authenticate': challenge },
});

describe('authentication', () => {
  it.each<[string, Exchange & { identifier?: string }, string | undefined]>([
    ['none', {}, undefined],
    ['a key', { ...knownBy('cred-1'), requestHeaders: { apikey: 'k' } }, 'type="key",result="success"'],
    [
      'a key beside a header that is not a credential',
      { ...knownBy('cred-1'), requestHeaders: { authorization: 'REDACTED', 'x-authenticated-scope': 'forged' } },
      'type="key",result="success"',
    ],
    ['a key that was hidden', knownBy('cred-1'), 'type="key",result="success"'],
    [
      'a token beside a key that is not checked',
      { ...knownBy('issuer'), requestHeaders: { apikey: 'k' } },
      'type="jwt",result="success"',
    ],
    [
      'an OAuth token',
      { ...knownBy('client'), requestHeaders: { 'x-authenticated-scope': 's' } },
      'type="oauth2",result="success"',
    ],
    [
      'a token that mcp-auth proved',
      { ...knownBy('uuid'), identity: { kind: 'token', principal: 'p', challenge: '' } },
      'type="oauth2",result="success"',
    ],
    ['a certificate', { consumer: { id: 'c' }, clientVerify: 'SUCCESS' }, 'type="mtls",result="success"'],
    ['a certificate without a consumer', { clientVerify: 'SUCCESS' }, undefined],
    ['a consumer without a credential', { consumer: { id: 'c' } }, 'type="other",result="success"'],
    [
      'nothing, as the anonymous consumer',
      { consumer: { id: 'c' }, requestHeaders: { apikey: 'k', 'x-anonymous-consumer': 'true' } },
      undefined,
    ],
    [
      'a key instead of the required token',
      { ...rejectedBy('Bearer error="invalid_token"'), requestHeaders: { apikey: 'k' } },
      'type="jwt",result="failure"',
    ],
    [
      'a token where a key is asked for',
      { ...rejectedBy('Key'), requestHeaders: { authorization: 'REDACTED' } },
      'type="key",result="failure"',
    ],
    ['no key', rejectedBy('Key realm="k"'), 'type="key",result="failure"'],
    ['no password', rejectedBy('Basic realm="service"'), 'type="basic",result="failure"'],
    ['no signature', rejectedBy('hmac'), 'type="other",result="failure"'],
    ['no access token', rejectedBy('Bearer resource_metadata="https://x"'), 'type="oauth2",result="failure"'],
    [
      'an expired access token',
      rejectedBy('Bearer realm="s" error="invalid_token" error_description="expired"'),
      'type="oauth2",result="failure"',
    ],
    ['nothing at all', { status: 401, source: 'kong', tries: [] }, 'type="none",result="failure"'],
    ['a 401 of the server', { status: 401 }, undefined],
  ])('with %s', async (_name, { identifier, ...exchange }, labels) => {
    const plugin = new TestedPlugin();
    const requestHeaders = { ...exchange.requestHeaders, ...(identifier && { 'x-credential-identifier': identifier }) };
    await plugin.log({ request: call, response: ok, ...exchange, requestHeaders });
    const text = await plugin.metrics.registry.metrics();
    expect(/mcp_gateway_auth_attempts_total\{(.*)\}/.exec(text)?.[1]).toBe(labels);
  });
});

describe('streams and limits', () => {
  it('counts the streams that clients open', async () => {
    const plugin = new TestedPlugin();
    const get = { method: 'GET', contentType: 'text/event-stream' };
    await plugin.log({ ...get, requestHeaders: { 'mcp-session-id': 's' } });
    await plugin.log(get);
    await plugin.log({ ...get, status: 405 });
    expect(await plugin.value('mcp_gateway_connections_total', 'streamable_http')).toBe(1);
    expect(await plugin.value('mcp_gateway_connections_total', '"sse"')).toBe(1);
  });

  it('reports the remaining limit of a consumer only if configured', async () => {
    const exchange = {
      request: call,
      response: ok,
      consumer: { id: 'c', username: 'ada' },
      responseHeaders: { 'ratelimit-remaining': '7' },
    };
    const silent = new TestedPlugin();
    await silent.log(exchange);
    expect(await silent.value('mcp_gateway_rate_limit_remaining')).toBeUndefined();
    const plugin = new TestedPlugin({ rate_limit_user_label: true });
    await plugin.log(exchange);
    expect(await plugin.value('mcp_gateway_rate_limit_remaining', 'user="ada"')).toBe(7);
  });
});

describe('sessions', () => {
  it('last from initialize to DELETE', async () => {
    const plugin = new TestedPlugin();
    const initialize = { id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } };
    await plugin.log({
      request: initialize,
      response: { id: 0, result: {} },
      responseHeaders: { 'mcp-session-id': 's' },
    });
    await plugin.log({ request: call, response: ok, requestHeaders: { 'mcp-session-id': 's' } });
    await plugin.log({ method: 'DELETE', requestHeaders: { 'mcp-session-id': 's' } });
    await plugin.log({ method: 'DELETE', requestHeaders: { 'mcp-session-id': 's' } });
    expect(await plugin.value('mcp_gateway_session_duration_seconds_count')).toBe(1);
  });

  it('end if idle for too long, or if there are too many', () => {
    const over: number[] = [];
    const clock = new SessionDurations({ maxSessions: 2, idleMs: 100, onEnd: (durationMs) => over.push(durationMs) });
    clock.start('a', 0);
    clock.touch('a', 50);
    clock.touch('unknown', 50);
    clock.start('b', 151);
    expect(over).toEqual([50]);
    clock.start('c', 160);
    clock.touch('b', 170);
    clock.start('d', 180);
    expect(over).toEqual([50, 0]);
    clock.end('b');
    expect(over).toEqual([50, 0, 19]);
    for (let n = 0; n < 1000; n++) clock.start(`s${n}`, 200);
    expect(clock.size).toBe(2);
  });
});
