import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { composePlugins, definePlugin, keep, proceed, read, reject, replaceAnswer } from '../../kong/pdk';

/** The longest body that the plugins read. */
export const MAX_BODY_BYTES = 100_000;

/** Holds an answer if the request has a header with its name, whose value says what it does with it. */
const holder = (name: string, priority: number) =>
  definePlugin({
    name,
    version: '1.0.0',
    priority,
    onError: 'reject',
    fields: {},
    prepare: () => undefined,
    access: {
      reads: { headers: read.headers() },
      handle: (_, { headers }) => {
        if (!headers.has(name)) return proceed();
        const failure = { status: 200, body: `{"failed":"${name}"}` };
        return proceed({ hold: { reason: 'asked for', failure }, upstreamHeaders: { 'X-Held': name } });
      },
    },
    response: {
      reads: {
        request: read.headers(),
        status: read.answer.status(),
        headers: read.answer.headers(),
        body: read.answer.body(MAX_BODY_BYTES),
      },
      handle: (_, { request, status, headers, body }) => {
        const text = body.kind === 'bytes' ? Buffer.from(body.bytes).toString('latin1') : body.kind;
        const seen = { [`X-Seen-By-${name}`]: `${status} ${headers.get('content-type') ?? ''}` };
        switch (request.get(name)) {
          case 'throw':
            throw new Error('a bug');
          case 'unencodable':
            return replaceAnswer({ body: 'x', share: { a: undefined as never } });
          case 'reject':
            return reject({ status: 403, headers: { 'X-Why': name }, body: 'no' });
          case 'keep':
            return keep({ headers: seen });
          case undefined:
          default:
            return replaceAnswer({ status: 203, headers: seen, removeHeaders: ['X-Up'], body: `${text}+${name}` });
        }
      },
    },
  });

/** Answers in access if the request has the header `limit`, whose value is the status. */
const limiter = definePlugin({
  name: 'limiter',
  version: '1.0.0',
  priority: 10,
  onError: 'reject',
  fields: {},
  prepare: () => undefined,
  access: {
    reads: { headers: read.headers() },
    handle: (_, { headers }) => {
      const status = headers.get('limit');
      return status === undefined ? proceed() : reject({ status: Number(status), headers: {}, body: 'limited' });
    },
  },
});

export const first = holder('first', 30);
export const second = holder('second', 20);
/** Kong does not know of its response phase: its description is an older one. */
export const undescribed = holder('undescribed', 15);
/** The same two as parts of one plugin. */
export const both = composePlugins({
  name: 'both',
  version: '1.0.0',
  priority: 25,
  parts: [holder('one', 2), holder('two', 1)],
});

export const plugins = [first, second, undescribed, both, limiter];

/** The configuration of the gateway: routes with none, one or two plugins that hold. */
export const kongYml = (url: string, deadPort: number): string => {
  const lua = (name: string) => readFileSync(join(__dirname, '..', '..', 'kong', 'lua', `${name}.lua`), 'utf8');
  const service = (name: string, names: readonly string[], more: object = {}) => ({
    name,
    url,
    retries: 0,
    routes: [{ name, paths: [`/${name}`], response_buffering: false }],
    plugins: [...names.map((plugin) => ({ name: plugin, ...(plugin === 'both' && { config: { one: {}, two: {} } }) }))],
    ...more,
  });
  return stringify({
    _format_version: '3.0',
    services: [
      service('one', ['first']),
      service('two', ['first', 'second', 'limiter']),
      service('composed', ['first', 'both']),
      service('undescribed', ['undescribed']),
      service('short', ['first'], { read_timeout: 400 }),
      service('retried', ['first'], { url: undefined, host: 'targets', retries: 5 }),
    ],
    upstreams: [{ name: 'targets', targets: [{ target: `127.0.0.1:${deadPort}` }, { target: new URL(url).host }] }],
    plugins: [{ name: 'pre-function', config: { header_filter: [lua('replace-unjudged-answers')] } }],
  });
};

/** Switches a connection over at once, and sends back what arrives. */
export const acceptUpgrade = (_: IncomingMessage, socket: Duplex): void => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  socket.pipe(socket);
};

/** An upstream whose streams go on when the test says so. */
export class HeldUpstream {
  /** Requests that arrived: path and body. */
  readonly received: { readonly url: string; readonly bodyBytes: number }[] = [];
  private waiting: (() => void)[] = [];

  /** Lets all streams that wait continue. */
  goOn(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }

  readonly listener: RequestListener = (incoming, outgoing) => {
    let bodyBytes = 0;
    incoming.on('data', (chunk: Buffer) => (bodyBytes += chunk.length));
    incoming.on('end', () => {
      const url = incoming.url ?? '';
      this.received.push({ url, bodyBytes });
      switch (url) {
        case '/sse':
          outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
          outgoing.write('data: 1\n\n');
          this.waiting.push(() => outgoing.end('data: 2\n\n'));
          break;
        case '/never':
          outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
          outgoing.write('data: secret\n\n');
          break;
        case '/break':
          outgoing.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 });
          outgoing.write('{', () => outgoing.destroy());
          break;
        case '/gzip': {
          const body = gzipSync('packed');
          outgoing.writeHead(200, { 'Content-Encoding': 'gzip', ETag: '"1"', 'Content-Length': body.length });
          outgoing.end(body);
          break;
        }
        case '/large':
          outgoing.writeHead(200, { 'Content-Length': MAX_BODY_BYTES + 1 });
          outgoing.end('x'.repeat(MAX_BODY_BYTES + 1));
          break;
        case '/large-chunked':
          outgoing.writeHead(200);
          outgoing.end('x'.repeat(MAX_BODY_BYTES + 1));
          break;
        case '/wait':
          this.waiting.push(() => outgoing.end('late'));
          break;
        default:
          outgoing.writeHead(Number(/^\/(\d{3})$/.exec(url)?.[1] ?? 200), {
            'Content-Type': 'application/json',
            'X-Up': '1',
          });
          outgoing.end('{}');
      }
    });
  };
}
