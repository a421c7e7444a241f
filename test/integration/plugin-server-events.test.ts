import fc from 'fast-check';
import { KongWorker } from '../support/kong-worker';
import { MAX_FRAME_BYTES, usePluginServer } from '../support/use-plugin-server';

const host = usePluginServer();
const rejectedFrames = (reason: string) => host.valueOf(`plugin_server_rejected_frames_total{reason="${reason}"}`);

describe('an event', () => {
  const worker = new KongWorker('guard', host.socket);

  it('takes two writes, over one connection', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await worker.event('access', { body: 'four' })).toEqual({
        effects: [
          ['kong.response.set_headers', { 'X-Body': '4' }],
          ['kong.service.request.set_headers', { 'X-Word': 'w' }],
        ],
        shared: { seen: '', known: 'undefined' },
      });
    }
    expect(await host.valueOf('plugin_server_connections')).toBe(1);
  });

  it('reads the second batch only if the first batch shows that it is needed', async () => {
    const frugal = new KongWorker('choosy', host.socket);
    for (const [headers, shared] of [
      [{}, { read: 0 }],
      [{ 'x-read': '1' }, { ip: '192.0.2.7', length: 3_000_000 }],
      [{}, { read: 0 }],
    ] as const) {
      expect((await frugal.event('access', { headers, body: Buffer.alloc(3_000_000) })).shared).toEqual(shared);
    }
    expect(frugal.logs).toEqual([]);
  });

  it('receives every byte of a header', async () => {
    expect((await worker.event('access', { headers: { 'x-bin': '\xff\0\x80é' } })).shared['seen']).toBe('ff0080e9');
  });

  it('accepts any bytes as names, values and bodies', async () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map((given) => Buffer.from(given).toString('latin1'));
    const facts = fc.record({ headers: fc.dictionary(bytes, bytes), body: bytes, known: bytes });
    await fc.assert(
      fc.asyncProperty(facts, async ({ headers, body, known }) => {
        const { exit, effects } = await worker.event('access', { headers, body, shared: { known } });
        if (!exit) expect(effects[0]).toEqual(['kong.response.set_headers', { 'X-Body': String(body.length) }]);
        expect(exit?.status).not.toBe(500);
      }),
      { numRuns: 100 },
    );
  });

  it('ends with the exit, and the next event uses another connection', async () => {
    const result = await worker.event('access', { headers: { 'x-do': 'reject' } });
    expect(result).toEqual({
      exit: { status: 400, body: 'no', headers: { 'X-Why': 'w' } },
      effects: [],
      shared: { why: 'w' },
    });
    expect((await worker.event('log')).exit).toBeUndefined();
  });

  it('can have a response that is larger than the socket buffers', async () => {
    const { exit, shared } = await worker.event('access', { headers: { 'x-do': 'flood' } });
    expect([exit?.body.length, shared]).toEqual([2_000_000, { why: 'w' }]);
  });

  it.each(['throw', 'unencodable'])(
    'is rejected with 500 and without details if a guard has a bug (%s)',
    async (action) => {
      const { exit, effects } = await worker.event('access', { headers: { 'x-do': action } });
      expect([exit?.status, exit?.body, effects]).toEqual([500, '{"message":"An unexpected error occurred"}', []]);
      expect(host.lines).toMatchObject([
        { level: 'error', fields: { plugin: 'guard', phase: 'access', request_id: 'a-request-id' } },
      ]);
    },
  );

  it('lets the request pass if an observer has a bug', async () => {
    expect(await new KongWorker('observer', host.socket).event('access')).toEqual({ effects: [], shared: {} });
    expect(
      await host.valueOf('plugin_server_handler_errors_total{plugin="observer",phase="access",request="passed"}'),
    ).toBe(1);
  });

  it('completes if a log phase has a bug', async () => {
    expect((await worker.event('log', { entry: 'no json' })).exit).toBeUndefined();
    expect(host.lines).toMatchObject([{ level: 'error', fields: { phase: 'log', request_id: undefined } }]);
  });

  it('treats a body above the frame limit as spilled, and keeps the connection', async () => {
    const before = await rejectedFrames('oversized');
    const { effects } = await worker.event('access', { body: Buffer.alloc(MAX_FRAME_BYTES + 1) });
    expect(effects[0]).toEqual(['kong.response.set_headers', { 'X-Body': 'spilled' }]);
    expect((await rejectedFrames('oversized')) - before).toBe(1);
    expect((await worker.event('access', { body: Buffer.alloc(MAX_FRAME_BYTES - 10) })).effects[0]).toEqual([
      'kong.response.set_headers',
      { 'X-Body': String(MAX_FRAME_BYTES - 10) },
    ]);
  });

  it('rejects the request if any other reply is above the frame limit', async () => {
    const result = await worker.event('access', { headers: { 'x-long': 'x'.repeat(MAX_FRAME_BYTES) } });
    expect(result.exit?.status).toBe(500);
  });
});
