import { sessionHashOf } from '../../../../plugins/shared/mcp/session-hash';
import { KONGS, REDACTED } from '../span-attributes';
import { TestedPlugin, type Exchange } from './run-mcp-telemetry';

/** With the id itself a reader could take over the session. */
const SESSION = sessionHashOf(undefined, {})('s-1');

/** The attributes that trace stores require. */
describe('the whole span', () => {
  it.each<[string, Exchange, object]>([
    [
      'tools/call add',
      {
        request: { id: 3, method: 'tools/call', params: { name: 'add', arguments: { a: 1 } } },
        response: { id: 3, result: {} },
      },
      {
        'openinference.span.kind': 'TOOL',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'add',
        'tool.name': 'add',
        'jsonrpc.request.id': '3',
        'mcp.session.id': SESSION,
        'session.id': SESSION,
      },
    ],
    [
      'prompts/get greet',
      { request: { id: 'p', method: 'prompts/get', params: { name: 'greet' } }, response: { id: 'p', result: {} } },
      {
        'openinference.span.kind': 'CHAIN',
        'gen_ai.prompt.name': 'greet',
        'jsonrpc.request.id': 'p',
        'mcp.session.id': SESSION,
        'session.id': SESSION,
      },
    ],
    [
      'resources/read',
      {
        request: { id: 4, method: 'resources/read', params: { uri: 'file:///a?key=secret' } },
        response: { id: 4, error: { code: -32002, message: 'no' } },
      },
      {
        'openinference.span.kind': 'CHAIN',
        'mcp.resource.uri': 'file:///a',
        'jsonrpc.request.id': '4',
        'rpc.response.status_code': '-32002',
        'error.type': '-32002',
        'mcp.session.id': SESSION,
        'session.id': SESSION,
      },
    ],
    [
      'notifications/initialized',
      { request: { method: 'notifications/initialized' }, status: 202, contentType: '' },
      {
        'openinference.span.kind': 'CHAIN',
        'http.response.status_code': 202,
        'mcp.session.id': SESSION,
        'session.id': SESSION,
      },
    ],
    [
      'tools/list',
      {
        request: { id: 5, method: 'tools/list' },
        response: { id: 5, result: { tools: [] } },
        requestHeaders: { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2026-07-28' },
      },
      { 'openinference.span.kind': 'CHAIN', 'jsonrpc.request.id': '5', 'mcp.protocol.version': '2026-07-28' },
    ],
  ])('of %s', async (name, exchange, own) => {
    const plugin = new TestedPlugin();
    const requestHeaders = { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25' };
    await plugin.log({ requestHeaders, consumer: { id: 'consumer-1', username: 'ann' }, ...exchange });
    const [span] = plugin.spans;
    const { metadata, ...rest } = span!.attributes;
    expect(span!.name).toBe(name);
    expect(JSON.parse(metadata as string)).toMatchObject({ service: 'kong-mcp-telemetry', env: 'development' });
    expect(rest).toEqual({
      'mcp.method.name': name.split(' ')[0],
      'mcp.protocol.version': '2025-11-25',
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'network.peer.address': '10.0.0.7',
      'server.address': 'calc-up',
      'server.port': 11434,
      'http.response.status_code': 200,
      'user.id': 'consumer-1',
      'kong.service': 'calc',
      ...KONGS,
      ...REDACTED,
      ...own,
    });
  });
});
