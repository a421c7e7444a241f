import fc from 'fast-check';
import { CounterMemory } from '../../../../../../plugins/mcp-tool-rate-limit/counters/local/counter-memory';
import { LocalCounters } from '../../../../../../plugins/mcp-tool-rate-limit/counters/local/local-counters';
import { AdmittedLog, chargesOf, CounterModel, requests, twoWindows } from '../../../../../support/counter-model';

function open(maxKeys?: number) {
  const clock = { nowMs: 1000 };
  const memory = new CounterMemory(2 ** 30);
  let overflows = 0;
  const counters = new LocalCounters({
    maxBytes: 2 ** 24,
    ...(maxKeys !== undefined && { maxKeys }),
    memory,
    nowMs: () => clock.nowMs,
    onOverflow: () => overflows++,
  });
  return { clock, memory, counters, overflows: () => overflows };
}

it('counts as unbounded counters would, whatever is dropped or moved during a batch', () => {
  fc.assert(
    fc.property(twoWindows, requests(60), (windows, all) => {
      const { clock, memory, counters, overflows } = open();
      const model = new CounterModel();
      const log = new AdmittedLog();
      for (const request of all) {
        clock.nowMs += request.gapMs;
        for (let i = 0; i < request.sweeps; i++) memory.sweep(clock.nowMs);
        const charges = chargesOf(request, windows);
        const hit = counters.hit(charges);
        expect(hit).toEqual(model.hit(charges, clock.nowMs));
        if (hit.admitted) expect(log.add(request, windows, clock.nowMs)).toEqual([]);
      }
      expect(overflows()).toBe(0);
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
  );
});

it('without room, never admits more than a limit, and rejects only what exceeds the limit of all counters together', () => {
  fc.assert(
    fc.property(twoWindows, fc.nat(6), requests(60), (windows, maxKeys, all) => {
      const { clock, memory, counters } = open(maxKeys);
      const log = new AdmittedLog();
      for (const request of all) {
        clock.nowMs += request.gapMs;
        for (let i = 0; i < request.sweeps; i++) memory.sweep(clock.nowMs);
        const { admitted } = counters.hit(chargesOf(request, windows));
        expect(counters.size).toBeLessThanOrEqual(maxKeys);
        if (admitted) expect(log.add(request, windows, clock.nowMs)).toEqual([]);
        else {
          const isJustified = windows.some(({ quota: { limit, windowMs, burst }, partMs }, window) => {
            const asked = request.charges.reduce((sum, one) => (one.window === window ? sum + one.units : sum), 0);
            // In a paced window any earlier unit may still count; in a sliding one with parts, up to one part longer.
            const since = burst === undefined ? clock.nowMs - windowMs - partMs : -Infinity;
            return asked > 0 && log.sumOf(window, since) + asked > (burst === undefined ? limit : burst + 1);
          });
          expect(isJustified).toBe(true);
        }
      }
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
  );
});
