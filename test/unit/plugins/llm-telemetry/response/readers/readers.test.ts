import fc from 'fast-check';
import type { Reply } from '../../../../../../plugins/llm-telemetry/response/llm-response';
import { EXAMPLES, type Example } from './examples';
import { readAll, readTorn } from './read-response';

/** Of the reply, the members that the example speaks of. */
const pick = (reply: Reply, says: Example['says']): object =>
  Object.fromEntries(Object.keys(says).map((key) => [key, reply[key as keyof Reply]]));

/** The bytes cut at each of the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places)].filter((place) => place < bytes.length).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe.each(EXAMPLES)('$name', ({ api, framing, body, says }) => {
  const bytes = Buffer.from(body);

  it('says what it says', () => {
    const reply = readAll(api, framing, [bytes]);
    expect(pick(reply, says)).toEqual(says);
  });

  it('says the same wherever it is cut', () => {
    const whole = readAll(api, framing, [bytes]);
    expect(readAll(api, framing, cutAt(bytes, [...bytes.keys()]))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length - 1 }), { maxLength: 20 }), (places) => {
        expect(readAll(api, framing, cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('claims nothing more when it ends early at any byte', () => {
    const whole = readAll(api, framing, [bytes]);
    for (let length = 0; length < bytes.length; length += 3) {
      const cut = readAll(api, framing, [bytes.subarray(0, length)]);
      expect([undefined, whole.inputTokens]).toContain(cut.inputTokens);
      expect([undefined, whole.outputTokens]).toContain(cut.outputTokens);
      expect([undefined, whole.model]).toContain(cut.model);
      expect(cut.textLength).toBeLessThanOrEqual(whole.textLength);
      expect(cut.toolCallCount).toBeLessThanOrEqual(whole.toolCallCount);
    }
  });

  it('claims nothing more when any middle part is missing', () => {
    const whole = readAll(api, framing, [bytes]);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length }), fc.nat({ max: bytes.length }), (a, b) => {
        const torn = readTorn(api, framing, bytes.subarray(0, Math.min(a, b)), bytes.subarray(Math.max(a, b)));
        expect(torn.partial).toBe(true);
        expect([undefined, whole.inputTokens]).toContain(torn.inputTokens);
        expect([undefined, whole.outputTokens]).toContain(torn.outputTokens);
        expect(torn.textLength).toBeLessThanOrEqual(whole.textLength);
      }),
      { numRuns: 100 },
    );
  });
});
