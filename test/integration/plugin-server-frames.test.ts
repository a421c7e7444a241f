import fc from 'fast-check';
import { frame } from '../../kong/plugin-server/protocol/frames';
import { configOf, KongWorker, openRaw } from '../support/kong-worker';
import { call, MAX_FRAME_BYTES, usePluginServer } from '../support/use-plugin-server';

const host = usePluginServer();
const rejectedFrames = (reason: string) => host.valueOf(`plugin_server_rejected_frames_total{reason="${reason}"}`);

const announce = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
};
describe('invalid bytes', () => {
  it.each<[string, Buffer, string]>([
    ['a frame above the bound', announce(MAX_FRAME_BYTES + 1), 'oversized'],
    ['the longest frame that can be announced', announce(0xffff_ffff), 'oversized'],
    ['a frame that is not a message', frame(Buffer.from('GET / HTTP/1.1\r\n')), 'malformed'],
    ['an empty call', frame(Buffer.alloc(0)), 'malformed'],
    ['a call without a known command', frame(Buffer.of(0x08, 0x01)), 'malformed'],
  ])('close the connection: %s', async (_, bytes, reason) => {
    const before = await rejectedFrames(reason);
    const raw = openRaw(host.socket);
    raw.socket.write(bytes);
    await raw.closed;
    expect((await rejectedFrames(reason)) - before).toBe(1);
    expect(host.lines).toMatchObject([{ level: 'warn', message: 'frame rejected', fields: { reason } }]);
  });

  it('count a truncated frame when its connection ends', async () => {
    const before = await rejectedFrames('truncated');
    const raw = openRaw(host.socket);
    raw.socket.end(Buffer.concat([announce(100), Buffer.alloc(50)]));
    await raw.closed;
    expect((await rejectedFrames('truncated')) - before).toBe(1);
  });

  it('close the connection: a frame at the wrong time', async () => {
    const { rpc } = new KongWorker('guard', host.socket);
    const id = await rpc.startInstance('guard', configOf('guard'));
    const before = await rejectedFrames('unexpected');
    const raw = openRaw(host.socket);
    const garbage = Array.from({ length: 3 }, () => frame(Buffer.of(0x0a, 0x7f)));
    raw.socket.write(
      Buffer.concat([call('cmd_handle_event', { instance_id: id, event_name: Buffer.from('access') }), ...garbage]),
    );
    // Three are replies to the reads, the next one is the reply to the read of the request id; the rest is unexpected.
    raw.socket.write(Buffer.concat([...garbage, ...garbage]));
    await raw.closed;
    expect((await rejectedFrames('unexpected')) - before).toBe(1);
  });

  it('never stop the server if they are random', async () => {
    const streams = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => frame(bytes)),
      ),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(streams, async (parts) => {
        const raw = openRaw(host.socket);
        for (const part of parts) raw.socket.write(part);
        raw.socket.end();
        await raw.closed;
      }),
      { numRuns: 100 },
    );
    expect((await new KongWorker('guard', host.socket).event('access')).exit).toBeUndefined();
  });
});
