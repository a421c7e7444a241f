import { once } from 'node:events';
import { request } from 'node:http';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { name: direct, url: "${url}", routes: [{ paths: [/direct] }] }
- { name: unbuffered, url: "${url}", routes: [{ paths: [/unbuffered], request_buffering: false }] }
`,
  { nginx_http_client_max_body_size: '1m' },
);

describe('the body of a request', () => {
  it('is forwarded while it arrives if the route does not buffer it', async () => {
    const got: string[] = [];
    const outgoing = request(`${proxy.url}/unbuffered`, { method: 'POST', agent: false });
    proxy.serve = (incoming, answer) => {
      incoming.on('data', (piece: Buffer) => {
        got.push(piece.toString());
        if (got.length === 1) outgoing.end('two');
      });
      incoming.on('end', () => answer.end());
    };
    outgoing.write('one');
    await once(outgoing, 'response');
    expect(got).toEqual(['one', 'two']);
  });

  it('is read first and sent with its length if the route buffers it, which is the default', async () => {
    const outgoing = request(`${proxy.url}/direct`, { method: 'POST', agent: false });
    const lengths: (string | undefined)[] = [];
    proxy.serve = (incoming, answer) => {
      lengths.push(incoming.headers['content-length']);
      answer.end();
    };
    outgoing.write('one');
    outgoing.end('two');
    await once(outgoing, 'response');
    expect(lengths).toEqual(['6']);
  });
});

it.each([
  ['by its declared length', {}],
  ['once its pieces are too many', { 'Transfer-Encoding': 'chunked' }],
])('rejects a body over client_max_body_size %s', async (_, headers) => {
  const body = Buffer.alloc(1024 * 1024 + 1);
  const { status } = await proxy.call('/direct', { method: 'POST', headers }, body);
  expect(status).toBe(413);
});
