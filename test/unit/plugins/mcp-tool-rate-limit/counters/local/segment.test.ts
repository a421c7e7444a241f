import fc from 'fast-check';
import { Segment } from '../../../../../../plugins/mcp-tool-rate-limit/counters/local/segment';
import type { Digest } from '../../../../../../plugins/mcp-tool-rate-limit/digest';
import { createWindow } from '../../../../../../plugins/mcp-tool-rate-limit/windows/create-window';

const window = createWindow({ limit: 1, windowMs: 100, burst: 0 });

/** Keys with few different hashes, so that they collide. */
const keyOf = (number: number): Digest => ({ text: '', words: [0, number % 3, 0, number] });

type Step = { readonly do: 'spend' | 'sweep'; readonly number: number; readonly gapMs: number };

it('maps keys to rows, and drops only idle rows', () => {
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom('spend', 'spend', 'sweep'),
    number: fc.nat(40),
    gapMs: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const segment = new Segment(window);
      const spentAt = new Map<number, number>();
      let nowMs = 1000;
      let held = 0;
      for (const { do: what, number, gapMs } of steps) {
        nowMs += gapMs;
        if (what === 'sweep') {
          held -= segment.dropIdle(number % segment.slots, number, nowMs);
          if (number % 2 > 0) segment.shrink();
        } else {
          if (segment.find(keyOf(number)) < 0) {
            if (segment.shouldGrow) {
              held -= segment.dropIdle(0, segment.slots, nowMs);
              if (number % 2 > 0 || segment.isCrowded) segment.grow();
            }
            segment.add(keyOf(number));
            held += 1;
          }
          const at = segment.find(keyOf(number));
          if (window.read(segment.cells, at, nowMs, 1).waitMs === 0) {
            window.spend(segment.cells, at, nowMs, 1);
            spentAt.set(number, nowMs);
          }
        }
        let live = 0;
        for (const [known, thenMs] of spentAt) {
          if (nowMs - thenMs >= 100) continue;
          live++;
          const at = segment.find(keyOf(known));
          expect(at).toBeGreaterThanOrEqual(0);
          expect(window.read(segment.cells, at, nowMs, 1).waitMs).toBe(thenMs + 100 - nowMs);
        }
        expect(segment.count).toBe(held);
        expect(held).toBeGreaterThanOrEqual(live);
      }
      expect(held - segment.dropIdle(0, segment.slots, nowMs + 100)).toBeLessThanOrEqual(held);
    }),
  );
});
