import { setTimeout as wait } from 'node:timers/promises';

/** Bounds and defaults of a countdown: the slowest one ends after `maxSteps * maxIntervalMs`, two minutes. */
export const COUNTDOWN = { maxSteps: 60, steps: 5, maxIntervalMs: 2_000, intervalMs: 200 } as const;

/**
 * Counts from `steps` down to 0 and calls `report` after each step with the number of done and remaining steps.
 * Returns early with the number of done steps when `signal` aborts; rejects only if `report` rejects.
 */
export async function countDown(
  { steps, intervalMs }: { steps: number; intervalMs: number },
  signal: AbortSignal,
  report: (done: number, remaining: number) => Promise<void>,
): Promise<number> {
  for (let done = 1; done <= steps; done += 1) {
    await wait(intervalMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return done - 1;
    await report(done, steps - done);
  }
  return steps;
}
