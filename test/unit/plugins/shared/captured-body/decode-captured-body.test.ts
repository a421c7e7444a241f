import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { CapturedBody } from '../../../../../plugins/shared/captured-body/capture';
import { decodeCapturedBody } from '../../../../../plugins/shared/captured-body/decode-captured-body';

const MAX_BYTES = 1 << 20;

/** What the capture keeps of a body: its first bytes, the next ones, and its last ones. */
function captured(body: Uint8Array, first: number, between: number, last: number): CapturedBody {
  const head = body.subarray(0, first);
  const tail = body.subarray(Math.max(first, body.length - last));
  const middle = body.subarray(first, Math.min(first + between, body.length - tail.length));
  const missingBytes = body.length - head.length - tail.length;
  return { head, ...(middle.length > 0 && { middle }), tail, totalBytes: body.length, missingBytes };
}

const body = Buffer.from('0123456789');

it.each([
  ['a body that was kept whole', captured(body, 4, 0, 6), '0123456789', undefined, false],
  ['a body that was kept whole with its middle', captured(body, 2, 5, 3), '0123456789', undefined, false],
  ['a body with a gap', captured(body, 4, 0, 3), '0123', '789', true],
  ['a body with a gap after its middle', captured(body, 2, 3, 3), '01234', '789', true],
])('joins %s', async (_, kept, start, end, isCut) => {
  const decoded = await decodeCapturedBody(kept, undefined, MAX_BYTES);
  expect(decoded && { start: String(Buffer.from(decoded.start)), end: decoded.end && String(decoded.end) }).toEqual({
    start,
    end,
  });
  expect(decoded).toMatchObject({ isCut, isPartlyKept: isCut });
});

it('decodes a compressed body up to its gap and leaves out the end, which cannot be decoded', async () => {
  const text = Array.from({ length: 5000 }, (_, i) => `${i * 7919} `).join('');
  const packed = gzipSync(text);
  const decoded = await decodeCapturedBody(captured(packed, packed.length >> 1, 0, 100), 'gzip', MAX_BYTES);
  expect(decoded).toMatchObject({ end: undefined, isCut: true, isPartlyKept: true });
  expect(text.startsWith(String(Buffer.from(decoded!.start)))).toBe(true);
  expect(decoded!.start.length).toBeGreaterThan(1000);
});

it('does not decode more than the bound, and says so', async () => {
  const decoded = await decodeCapturedBody(captured(gzipSync('x'.repeat(1000)), 1000, 0, 0), 'gzip', 100);
  expect(decoded).toMatchObject({ isCut: true, isPartlyKept: false });
  expect(decoded!.start).toHaveLength(100);
});

it('returns undefined for an unknown encoding', async () => {
  expect(await decodeCapturedBody(captured(body, 10, 0, 0), 'rot13', MAX_BYTES)).toBeUndefined();
});

it('returns the bytes of every body, compressed or not, wherever the parts end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(400), fc.boolean(), async (bytes, first, packed) => {
      const sent = packed ? gzipSync(bytes) : bytes;
      const kept = captured(sent, first, 0, sent.length);
      const decoded = await decodeCapturedBody(kept, packed ? 'gzip' : 'identity', MAX_BYTES);
      expect(Buffer.from(decoded!.start).equals(bytes)).toBe(true);
      expect(decoded).toMatchObject({ end: undefined, isCut: false });
    }),
    { numRuns: 100 },
  );
});
