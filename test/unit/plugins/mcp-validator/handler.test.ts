import { Headers, Metrics } from '../../../../kong/pdk';
import { toKongFields } from '../../../../kong/pdk/kong-schema';
import { readConfig } from '../../../../kong/pdk/read-config';
import { silentLog } from '../../../../kong/testkit/silent-log';
import { mcpValidator } from '../../../../plugins/mcp-validator';
import { accessReads, type AccessFacts } from '../../../../plugins/mcp-validator/handler';
import { fields } from '../../../../plugins/mcp-validator/schema';
import { prepare, type State } from '../../../../plugins/mcp-validator/state';
import { decideSmall } from './decide-small';
import { JSON_HEADERS, MODERN, modernMeta } from './request';

function start(config: Record<string, unknown> = {}) {
  const metrics = new Metrics();
  const state = prepare(readConfig(fields, config), { metrics, log: silentLog, now: () => 0, env: {}, scope: {} });
  return { state, metrics };
}

function facts(body: object | string, headers: Record<string, string | string[]> = {}): AccessFacts {
  return {
    method: 'POST',
    path: '/mcp',
    headers: Headers.from({ ...JSON_HEADERS, ...headers }),
    body: { kind: 'bytes', bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) },
    service: 'py-calculator',
    identity: undefined,
    consumer: undefined,
    groups: [],
  };
}

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add', arguments: { a: 1 } } };

describe('access', () => {
  it('lets a good message pass and shares its summary', () => {
    expect(decideSmall(start().state, facts(call))).toEqual({
      kind: 'proceed',
      share: {
        mcp: { revision: '2025-03-26', messages: [{ kind: 'request', id: 1, method: 'tools/call', name: 'add' }] },
      },
    });
  });

  it('asks Kong for the caller only if rules depend on it, and decides by its rule', () => {
    const config = { tools: { rules: [{ consumers: ['alice'] }] } };
    const { state } = start(config);
    const asked = (given: State) => Object.values(accessReads(given)).filter((one) => 'method' in one).length;
    expect(asked(state)).toBe(asked(start().state) + 1);
    const alice = { id: '1', username: 'alice', customId: '', tags: [] };
    expect(decideSmall(state, { ...facts(call), consumer: alice }).kind).toBe('proceed');
    expect(decideSmall(state, facts(call))).toMatchObject({ kind: 'reject', reason: 'tool_denied' });
  });

  it('removes session headers from a stateless request', () => {
    const body = { ...call, params: { ...call.params, _meta: modernMeta() } };
    const headers = {
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': 'add',
      'mcp-session-id': 's',
    };
    expect(decideSmall(start().state, facts(body, headers))).toMatchObject({
      kind: 'proceed',
      clearUpstreamHeaders: ['mcp-session-id'],
    });
  });

  it('rejects a bad message and shares the reason', () => {
    const outcome = decideSmall(start().state, facts({ ...call, params: {} }));
    expect(outcome).toMatchObject({
      kind: 'reject',
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      share: {
        mcp_denied: { by: 'mcp-validator', reason: 'invalid_params', code: -32602 },
        mcp: { revision: '2025-03-26', messages: [{ id: 1, method: 'tools/call' }] },
      },
    });
  });

  it('shares no summary of an unreadable body', () => {
    const outcome = decideSmall(start().state, facts('not json'));
    expect(outcome.share).toEqual({ mcp_denied: { by: 'mcp-validator', reason: 'invalid_json', code: -32700 } });
  });

  it('rejects as many headers as Kong returns at most', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x-${i}`, '']));
    expect(decideSmall(start().state, facts(call, many))).toMatchObject({ kind: 'reject', status: 431 });
  });

  it.each([
    ['malformed', 'bad key'],
    ['reserved', 'mcp.dev/key'],
  ])('logs a %s key in _meta, without the key', (problem, key) => {
    const { warnings } = decideSmall(
      start().state,
      facts({ ...call, params: { ...call.params, _meta: { [key]: 1 } } }),
    );
    const message = `message has a ${problem} key in _meta`;
    expect(warnings).toEqual([{ fields: { service: 'py-calculator' }, message }]);
  });
});

describe('report mode', () => {
  const config = { mode: 'report' };

  it('lets everything pass, and marks and logs what would be rejected', () => {
    const { state } = start(config);
    const fields = { service: 'py-calculator', status: 200, code: -32602, reason: 'invalid_params' };
    expect(decideSmall(state, facts({ ...call, params: {} }))).toEqual({
      kind: 'proceed',
      reason: 'invalid_params',
      warnings: [{ fields, message: 'request would be rejected' }],
      responseHeaders: { 'X-MCP-Validator-Report': 'status=200; code=-32602; reason=invalid_params' },
      share: { mcp: { revision: '2025-03-26', messages: [{ kind: 'request', id: 1, method: 'tools/call' }] } },
    });
  });

  it('does nothing for a good message', () => {
    expect(decideSmall(start(config).state, facts(call))).toEqual(decideSmall(start().state, facts(call)));
  });
});

describe('metrics', () => {
  it('count messages and rejections, and never use a method name that a client made up', async () => {
    const { state, metrics } = start();
    decideSmall(state, facts(call));
    decideSmall(state, facts({ ...call, method: 'made-up' }));
    decideSmall(state, facts({ ...call, params: {} }));
    decideSmall(state, facts([call, { ...call, id: 2, params: {} }]));
    decideSmall(state, facts('x'));
    const text = await metrics.registry.metrics();
    const lines = text.split('\n').filter((line) => /^mcp_validator_(?:messages|rejected)_total/.test(line));
    expect(lines.map((line) => line.replace('kong_service="py-calculator",', ''))).toEqual([
      'mcp_validator_messages_total{revision="2025-03-26",method="tools/call",decision="pass"} 1',
      'mcp_validator_messages_total{revision="2025-03-26",method="other",decision="pass"} 1',
      'mcp_validator_messages_total{revision="2025-03-26",method="tools/call",decision="reject"} 3',
      'mcp_validator_rejected_total{revision="2025-03-26",method="tools/call",reason="invalid_params"} 1',
      'mcp_validator_rejected_total{revision="2025-03-26",method="batch",reason="invalid_params"} 1',
      'mcp_validator_rejected_total{revision="unknown",method="none",reason="invalid_json"} 1',
    ]);
    expect(text).toContain('mcp_validator_duration_seconds_count{kong_service="py-calculator"} 5');
  });
});

describe('the declaration', () => {
  it('is a guard: it runs before rate limiting, and rejects the request on an error', () => {
    expect(mcpValidator).toMatchObject({ name: 'mcp-validator', priority: 930, onError: 'reject' });
    expect(Object.keys(mcpValidator.phases)).toEqual(['access', 'response', 'log']);
  });

  it('every description has a length that Kong accepts', () => {
    const descriptions = JSON.stringify(toKongFields(fields)).match(/(?<="description":")(?:[^"\\]|\\.)*/g) ?? [];
    expect(descriptions.length).toBeGreaterThan(20);
    for (const text of descriptions) {
      expect(text.length).toBeGreaterThanOrEqual(10);
      expect(text.length).toBeLessThanOrEqual(500);
    }
  });
});
