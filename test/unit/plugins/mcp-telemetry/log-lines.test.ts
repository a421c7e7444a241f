import { sessionHashOf } from '../../../../plugins/shared/mcp/session-hash';
import { TestedPlugin } from './run-mcp-telemetry';

const call = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'add', arguments: { key: 'secret-argument' } },
};
const requestHeaders = { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25' };
const SESSION = sessionHashOf(undefined, {})('s-1');
const common = {
  service: 'kong-mcp-telemetry',
  request_id: 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
  backend: 'calc',
  route: 'ollama-route',
  http_status: 200,
};

describe('the log', () => {
  it('has one line for a rejection by a guard', async () => {
    const plugin = new TestedPlugin();
    const denial = { by: 'mcp-tool-rate-limit', reason: 'rate_limited', code: 429 };
    const consumer = { id: 'c', username: 'ann' };
    await plugin.log({ request: call, requestHeaders, denial, consumer, status: 429, source: 'kong', tries: [] });
    expect(plugin.lines).toEqual([
      {
        level: 'warn',
        message: 'rejected',
        fields: {
          ...common,
          http_status: 429,
          session_id: SESSION,
          consumer: 'ann',
          method: 'tools/call',
          tool: 'add',
          jsonrpc_id: '7',
          protocol_version: '2025-11-25',
          duration_ms: 500,
          status: 'denied',
          fault: 'client',
          error_type: '429',
          error: 'rate_limited',
          denied_by: 'mcp-tool-rate-limit',
          denied_reason: 'rate_limited',
        },
      },
    ]);
  });

  it('has one line for each failed message, and none for a successful one', async () => {
    const plugin = new TestedPlugin();
    const request = [call, { ...call, id: 8 }, { ...call, id: 9 }];
    const response = [
      { id: 7, result: {} },
      { id: 8, result: { isError: true } },
      { id: 9, error: { code: -32602, message: 'Bearer abcdefghijklmnop was refused' } },
    ];
    await plugin.log({ request, response });
    expect(
      plugin.lines.map(({ level, message, fields }) => [level, message, fields['jsonrpc_id'], fields['error']]),
    ).toEqual([
      ['warn', 'failed', '8', undefined],
      ['warn', 'failed', '9', '__REDACTED__ was refused'],
    ]);
  });

  it.each([
    [502, 'kong', 'error', 'http_5xx'],
    [504, 'kong', 'error', 'timeout'],
    [500, 'upstream', 'error', 'http_5xx'],
    [404, 'upstream', 'warn', 'http_4xx'],
    [499, 'upstream', 'warn', 'cancelled'],
  ] as const)('logs a %d of the %s at the level %s', async (status, source, level, word) => {
    const plugin = new TestedPlugin();
    await plugin.log({ request: call, status, source });
    expect(plugin.lines).toMatchObject([{ level, message: 'failed', fields: { status: word } }]);
  });

  it.each([
    ['a body without a message', { request: 'nonsense', status: 400, denial: { by: 'v', reason: 'bad', code: -1 } }],
    ['a stream that needs a key', { method: 'GET', status: 401, source: 'kong', tries: [] }],
  ] as const)('has one line for a rejected %s', async (_, exchange) => {
    const plugin = new TestedPlugin();
    await plugin.log(exchange as never);
    expect(plugin.lines).toMatchObject([
      { level: 'warn', message: 'rejected', fields: { http_status: exchange.status } },
    ]);
  });

  it('does not report a server without streams as a failure', async () => {
    const plugin = new TestedPlugin();
    await plugin.log({ method: 'GET', status: 405 });
    await plugin.log({ method: 'DELETE', status: 204 });
    expect(plugin.lines).toEqual([]);
  });

  it('audits every tool call and no other message, without content', async () => {
    const plugin = new TestedPlugin({ audit: true });
    await plugin.log({ request: call, requestHeaders, response: { id: 7, result: { text: 'secret-result' } } });
    await plugin.log({ request: { id: 1, method: 'tools/list' }, response: { id: 1, result: {} } });
    expect(plugin.lines).toMatchObject([
      { level: 'info', message: 'tool called', fields: { ...common, tool: 'add', session_id: SESSION, status: 'ok' } },
    ]);
    expect(JSON.stringify(plugin.lines)).not.toContain('secret');
  });

  it('names a resource without its query', async () => {
    const plugin = new TestedPlugin();
    const request = { id: 1, method: 'resources/read', params: { uri: 'file:///a?token=secret#x' } };
    await plugin.log({ request, response: { id: 1, error: { code: -32002, message: 'no' } } });
    expect(plugin.lines[0]!.fields).toMatchObject({ target: 'file:///a', method: 'resources/read' });
  });

  it.each([
    ['prompts/get', { name: 'greet', uri: 'x' }, 'greet'],
    ['tasks/get', { taskId: 't-1', name: 'x' }, 't-1'],
    ['resources/subscribe', { uri: 'file:///a', name: 'x' }, 'file:///a'],
    ['other/method', { name: 'n', uri: 'x' }, 'n'],
  ])('names the target of %s by the member of its params', async (method, params, target) => {
    const plugin = new TestedPlugin();
    await plugin.log({ request: { id: 1, method, params }, status: 500 });
    expect(plugin.lines[0]!.fields).toMatchObject({ target });
  });

  it('has no lines without log_errors', async () => {
    const plugin = new TestedPlugin({ log_errors: false });
    await plugin.log({ request: call, status: 500 });
    expect(plugin.lines).toEqual([]);
  });
});
