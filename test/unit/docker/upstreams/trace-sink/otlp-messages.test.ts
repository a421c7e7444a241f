import fc from 'fast-check';
import { decodeRequest } from '../../../../../docker/upstreams/trace-sink/otlp-messages';

// One resource with one scope with two spans, the first named "a" with an attribute k = 1.
const attribute = [0x4a, 0x07, 0x0a, 0x01, 0x6b, 0x12, 0x02, 0x18, 0x01];
const span = [0x12, 0x0c, 0x2a, 0x01, 0x61, ...attribute];
const bytes = new Uint8Array([0x0a, 0x12, 0x12, 0x10, ...span, 0x12, 0x00]);

describe('decodeRequest', () => {
  it('decodes, and counts each message once', () => {
    expect(decodeRequest(bytes, 6)).toEqual({
      messages: 6,
      request: {
        resourceSpans: [
          { scopeSpans: [{ spans: [{ name: 'a', attributes: [{ key: 'k', value: { intValue: '1' } }] }, {}] }] },
        ],
      },
    });
  });

  it('does not decode a request with too many messages', () => {
    expect(decodeRequest(bytes, 5)).toBe('too_many');
  });

  it('rejects truncated bytes', () => {
    for (let length = 1; length < bytes.length; length += 1) {
      expect(decodeRequest(bytes.slice(0, length), 100)).toBe('invalid');
    }
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (any) => {
        const decoded = decodeRequest(any, 10);
        return typeof decoded === 'string' || decoded.messages <= 10;
      }),
    );
  });
});
