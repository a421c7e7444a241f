import { dispose } from '../../../../plugins/mcp-telemetry/state';
import { sse } from '../../../support/exchange';
import { TestedPlugin, type Exchange } from './run-mcp-telemetry';

const requestHeaders = { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25' };
const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'add' } });
const closedEarly = (id = 1): Exchange => ({
  request: call(id),
  requestHeaders,
  contentType: 'text/event-stream',
  response: 'id: 7\ndata:\n\nretry: 500\n\n',
});
const resumed = (...messages: object[]): Exchange => ({
  method: 'GET',
  requestHeaders: { ...requestHeaders, 'last-event-id': '7' },
  contentType: 'text/event-stream',
  response: sse(...messages),
});
const ok = (id: number) => ({ jsonrpc: '2.0', id, result: { content: [] } });
const failed = (id: number) => ({ jsonrpc: '2.0', id, result: { isError: true } });
const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: {} };

describe('a message whose response is sent on a later GET of its session', () => {
  it('is reported once, with the response', async () => {
    const plugin = new TestedPlugin();
    await plugin.log(closedEarly());
    expect([await plugin.statuses(), plugin.spans]).toEqual([[], []]);
    await plugin.log(resumed(progress, failed(1)));
    expect(await plugin.statuses()).toEqual(['tools/call tool_error']);
    expect(plugin.spans.map(({ name, error }) => [name, error])).toEqual([
      ['GET stream', undefined],
      ['tools/call add', 'tool_error'],
    ]);
    expect(await plugin.value('mcp_gateway_request_duration_seconds_count')).toBe(1);
  });

  it('is reported although the stream was closed early more than once, next to others', async () => {
    const plugin = new TestedPlugin();
    await plugin.log(closedEarly(1));
    await plugin.log(closedEarly(2));
    await plugin.log(resumed(progress));
    await plugin.log(resumed(ok(2)));
    expect(await plugin.statuses()).toEqual(['tools/call ok']);
    await plugin.log(resumed(failed(1)));
    expect(await plugin.statuses()).toEqual(['tools/call ok', 'tools/call tool_error']);
  });

  it('does not match another session, another service or another id', async () => {
    const plugin = new TestedPlugin();
    await plugin.log(closedEarly());
    await plugin.log({ ...resumed(failed(1)), requestHeaders: { 'mcp-session-id': 's-2' } });
    await plugin.log({ ...resumed(failed(1)), service: { name: 'other' } });
    await plugin.log(resumed({ ...failed(1), id: '1' }));
    expect(await plugin.statuses()).toEqual([]);
  });
});

describe('a message whose response is not sent', () => {
  it('is deferred at once without a session', async () => {
    const plugin = new TestedPlugin();
    await plugin.log({ ...closedEarly(), requestHeaders: {} });
    expect(await plugin.statuses()).toEqual(['tools/call deferred']);
    expect(plugin.lines).toEqual([]);
  });

  it('is deferred if there are too many, the longest waiting first', async () => {
    const plugin = new TestedPlugin({ max_deferred: 2 });
    for (let id = 1; id <= 5; id++) await plugin.log(closedEarly(id));
    expect(await plugin.statuses()).toEqual(['tools/call deferred x3']);
    expect(plugin.state.deferred.size).toBe(2);
    await plugin.log(resumed(ok(4), ok(1)));
    expect(await plugin.statuses()).toEqual(['tools/call deferred x3', 'tools/call ok']);
  });

  it('is deferred after the maximum time', async () => {
    jest.useFakeTimers();
    try {
      const plugin = new TestedPlugin({}, Date.now);
      await plugin.log(closedEarly());
      jest.advanceTimersByTime(9 * 60_000);
      expect(await plugin.statuses()).toEqual([]);
      jest.advanceTimersByTime(3 * 60_000);
      expect(await plugin.statuses()).toEqual(['tools/call deferred']);
      await dispose(plugin.state);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is reported when the configuration is removed', async () => {
    const plugin = new TestedPlugin();
    await plugin.log(closedEarly());
    await dispose(plugin.state);
    expect(await plugin.statuses()).toEqual(['tools/call deferred']);
  });
});
