import fc from 'fast-check';
import type { LlmResponse } from '../../../../../../plugins/llm-telemetry/response/llm-response';
import { EXAMPLES, type Example } from './examples';
import { readAll, readPartial } from './read-response';

/** Of the response, the members that the example speaks of. */
const pick = (response: LlmResponse, says: Example['says']): object =>
  Object.fromEntries(Object.keys(says).map((key) => [key, response[key as keyof LlmResponse]]));

/** The bytes cut at each of the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places)].filter((place) => place < bytes.length).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe.each(EXAMPLES)('$name', ({ api, framing, body, says }) => {
  const bytes = Buffer.from(body);

  it('has the expected values', () => {
    const response = readAll(api, framing, [bytes]);
    expect(pick(response, says)).toEqual(says);
  });

  it('has the same values wherever it is split', () => {
    const whole = readAll(api, framing, [bytes]);
    expect(readAll(api, framing, cutAt(bytes, [...bytes.keys()]))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length - 1 }), { maxLength: 20 }), (places) => {
        expect(readAll(api, framing, cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('has no additional values if it ends early at any byte', () => {
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

  it('has no additional values if any middle part is missing', () => {
    const whole = readAll(api, framing, [bytes]);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length }), fc.nat({ max: bytes.length }), (a, b) => {
        const cut = readPartial(api, framing, bytes.subarray(0, Math.min(a, b)), bytes.subarray(Math.max(a, b)));
        expect(cut.partial).toBe(true);
        expect([undefined, whole.inputTokens]).toContain(cut.inputTokens);
        expect([undefined, whole.outputTokens]).toContain(cut.outputTokens);
        expect(cut.textLength).toBeLessThanOrEqual(whole.textLength);
      }),
      { numRuns: 100 },
    );
  });
});
