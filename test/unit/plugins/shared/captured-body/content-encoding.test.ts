import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { decodeBody } from '../../../../../plugins/shared/captured-body/content-encoding';

const body = Buffer.from(`{"response":"${'hello '.repeat(500)}","n":1}`);

describe('decodeBody', () => {
  it.each([
    ['gzip', gzipSync(body)],
    ['X-Gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    [' br ', brotliCompressSync(body)],
    ['identity', body],
    [undefined, body],
  ])('decodes %s', async (encoding, bytes) => {
    expect(await decodeBody(bytes, encoding, 10_000)).toEqual({ bytes: body, cut: false });
  });

  it.each([
    ['gzip', gzipSync(body)],
    ['br', brotliCompressSync(body)],
  ])('decodes a cut %s body', async (encoding, bytes) => {
    const decoded = await decodeBody(bytes.subarray(0, bytes.length - 12), encoding, 10_000);
    expect(body.subarray(0, decoded!.bytes.length)).toEqual(decoded!.bytes);
  });

  it('returns no more than its bound', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const decoded = await decodeBody(bomb, 'gzip', 4096);
    expect(decoded).toMatchObject({ cut: true });
    expect(decoded!.bytes).toHaveLength(4096);
  });

  it('returns nothing for invalid bytes, and reports the cut', async () => {
    expect(await decodeBody(Buffer.from('not gzip'), 'gzip', 100)).toEqual({ bytes: Buffer.alloc(0), cut: true });
  });

  it.each(['compress', 'gzip, br', 'constructor'])('does not know %s', async (encoding) => {
    expect(await decodeBody(body, encoding, 100)).toBeUndefined();
  });
});
