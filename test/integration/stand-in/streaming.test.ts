import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { until } from '../../../kong/testkit/until';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { name: direct, url: "${url}", routes: [{ paths: [/direct] }] }
- { name: filtered, url: "${url}", routes: [{ name: filtered, paths: [/filtered] }] }
- { name: unbuffered, url: "${url}", routes: [{ paths: [/unbuffered], response_buffering: false }] }
plugins:
- name: pre-function
  route: filtered
  config:
    access: ["kong.ctx.shared.size = 0"]
    body_filter: ["kong.ctx.shared.size = kong.ctx.shared.size + #(ngx.arg[1] or ''); kong.ctx.shared.ended = ngx.arg[2]"]
    log: ["kong.log.notice('size ', kong.ctx.shared.size, ' ended ', kong.ctx.shared.ended, ' status ', kong.response.get_status())"]
`,
);

describe.each(['/direct', '/filtered'])('streaming through %s', (path) => {
  it('forwards each part of a response when it arrives', async () => {
    let more: (() => void) | undefined;
    proxy.serve = (_, outgoing) => {
      outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
      outgoing.write('data: 1\n\n');
      more = () => {
        more = () => outgoing.end('data: 3\n\n');
        outgoing.write('data: 2\n\n');
      };
    };
    const outgoing = request(proxy.url + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const pieces: string[] = [];
    // The next piece is written only when the last one has come: a gateway that buffers would stop here.
    for await (const piece of incoming) {
      pieces.push(String(piece));
      more?.();
    }
    expect(pieces).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
  });

  it('sends the head of a stream without data', async () => {
    proxy.serve = (incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.flushHeaders();
    };
    const response = await fetch(proxy.url + path, { signal: AbortSignal.timeout(5_000) });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await response.body?.cancel();
  });

  it('slows down the upstream for a slow client', async () => {
    let written = 0;
    let isFull = false;
    proxy.serve = (_, outgoing) => {
      const piece = Buffer.alloc(256 * 1024, 'x');
      while (!isFull) {
        isFull = !outgoing.write(piece) && written > 64 * 1024 * 1024;
        if (outgoing.writableNeedDrain) break;
        written += piece.length;
      }
      const fill = (): void => {
        if (written >= 32 * 1024 * 1024) {
          outgoing.end();
          return;
        }
        written += piece.length;
        if (outgoing.write(piece)) fill();
        else outgoing.once('drain', fill);
      };
      fill();
    };
    const outgoing = request(proxy.url + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.pause();
    await new Promise((resolve) => setImmediate(resolve));
    let last = -1;
    await until(() => {
      const stands = written === last;
      last = written;
      return stands;
    }, 'the upstream to stop');
    expect(written).toBeLessThan(32 * 1024 * 1024);
    let size = 0;
    for await (const piece of incoming) size += (piece as Buffer).length;
    expect(size).toBeGreaterThanOrEqual(32 * 1024 * 1024);
  });

  it('closes the connection where the upstream does', async () => {
    proxy.serve = (_, outgoing) => {
      outgoing.write('half');
      outgoing.flushHeaders();
      setImmediate(() => outgoing.destroy());
    };
    await expect(proxy.call(path)).rejects.toThrow('aborted');
  });

  it('closes the connection to the upstream when the client disconnects', async () => {
    const left = new Promise((resolve) => {
      proxy.serve = (incoming, outgoing) => {
        outgoing.write('first');
        incoming.socket.once('close', resolve);
      };
    });
    const outgoing = request(proxy.url + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(incoming, 'data');
    outgoing.destroy();
    await left;
  });
});

describe('an event that exceeds a buffer of nginx', () => {
  const EVENT = `data: ${'x'.repeat(6_000)}\n\n`;

  /** What comes of one event, before the next one is sent. */
  async function firstOf(
    path: string,
    atLeast: number,
    headers: Record<string, string> = {},
  ): Promise<[text: string, next: string]> {
    let next = (): void => undefined;
    proxy.serve = (_, outgoing) => {
      outgoing.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers });
      outgoing.write(EVENT);
      next = () => outgoing.end('data: 2\n\n');
    };
    const outgoing = request(proxy.url + path, { agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(incoming.headers['x-accel-buffering']).toBeUndefined();
    let text = '';
    incoming.on('data', (data: Buffer) => (text += data.toString()));
    const ended = once(incoming, 'end');
    await until(() => text.length >= atLeast, 'the first part');
    // Whatever is not held comes with it, or in the next turns of the event loop.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    const before = text;
    next();
    await ended;
    return [before, text];
  }

  it('is held in part until the next event on a route that buffers, which is the default', async () => {
    const [before, all] = await firstOf('/direct', 3_000);
    expect(before.length).toBeLessThan(EVENT.length);
    expect(all).toBe(`${EVENT}data: 2\n\n`);
  });

  it.each([
    ['on a route with response_buffering: false', '/unbuffered', {}],
    ['where the upstream says X-Accel-Buffering: no', '/direct', { 'X-Accel-Buffering': 'no' }],
  ])('comes whole %s', async (_, path, headers: Record<string, string>) => {
    const [before] = await firstOf(path, EVENT.length, headers);
    expect(before).toBe(EVENT);
  });
});

it('runs the log phase, but not the end of the body, for a client that disconnects', async () => {
  proxy.serve = (_, outgoing) => outgoing.write('12345');
  const outgoing = request(`${proxy.url}/filtered`, { agent: false }).end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  await once(incoming, 'data');
  outgoing.destroy();
  await until(() => proxy.gateway.logs.some((line) => line.includes('size 5 ended false status 200')), 'the log phase');
});
