import { dispose } from '../../../../plugins/mcp-telemetry/state';
import { sse } from '../../../support/exchange';
import { Teller, type Exchange } from './run-mcp-telemetry';

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

describe('a message whose answer comes on a later GET of its session', () => {
  it('is told of once, with the answer', async () => {
    const teller = new Teller();
    await teller.tell(closedEarly());
    expect([await teller.statuses(), teller.spans]).toEqual([[], []]);
    await teller.tell(resumed(progress, failed(1)));
    expect(await teller.statuses()).toEqual(['tools/call tool_error']);
    expect(teller.spans.map(({ name, error }) => [name, error])).toEqual([
      ['GET stream', undefined],
      ['tools/call add', 'tool_error'],
    ]);
    expect(await teller.value('mcp_gateway_request_duration_seconds_count')).toBe(1);
  });

  it('is told of although the stream was closed early more than once, beside others', async () => {
    const teller = new Teller();
    await teller.tell(closedEarly(1));
    await teller.tell(closedEarly(2));
    await teller.tell(resumed(progress));
    await teller.tell(resumed(ok(2)));
    expect(await teller.statuses()).toEqual(['tools/call ok']);
    await teller.tell(resumed(failed(1)));
    expect(await teller.statuses()).toEqual(['tools/call ok', 'tools/call tool_error']);
  });

  it('is not taken for that of another session, another service or another id', async () => {
    const teller = new Teller();
    await teller.tell(closedEarly());
    await teller.tell({ ...resumed(failed(1)), requestHeaders: { 'mcp-session-id': 's-2' } });
    await teller.tell({ ...resumed(failed(1)), service: { name: 'other' } });
    await teller.tell(resumed({ ...failed(1), id: '1' }));
    expect(await teller.statuses()).toEqual([]);
  });
});

describe('a message whose answer does not come', () => {
  it('is deferred at once where no session says whose it would be', async () => {
    const teller = new Teller();
    await teller.tell({ ...closedEarly(), requestHeaders: {} });
    expect(await teller.statuses()).toEqual(['tools/call deferred']);
    expect(teller.lines).toEqual([]);
  });

  it('is deferred when there is no room for more, the longest held first', async () => {
    const teller = new Teller({ max_deferred: 2 });
    for (let id = 1; id <= 5; id++) await teller.tell(closedEarly(id));
    expect(await teller.statuses()).toEqual(['tools/call deferred x3']);
    expect(teller.state.deferred.size).toBe(2);
    await teller.tell(resumed(ok(4), ok(1)));
    expect(await teller.statuses()).toEqual(['tools/call deferred x3', 'tools/call ok']);
  });

  it('is deferred when its time is over', async () => {
    jest.useFakeTimers();
    try {
      const teller = new Teller({}, Date.now);
      await teller.tell(closedEarly());
      jest.advanceTimersByTime(9 * 60_000);
      expect(await teller.statuses()).toEqual([]);
      jest.advanceTimersByTime(3 * 60_000);
      expect(await teller.statuses()).toEqual(['tools/call deferred']);
      await dispose(teller.state);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is told of when the configuration goes', async () => {
    const teller = new Teller();
    await teller.tell(closedEarly());
    await dispose(teller.state);
    expect(await teller.statuses()).toEqual(['tools/call deferred']);
  });
});
