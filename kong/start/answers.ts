import { setTimeout as pause } from 'node:timers/promises';
import type { Part } from './part';

const EVERY_MS = 100;
const ONE_TRY_MS = 2_000;

/** Whether a GET of the URL succeeds. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ONE_TRY_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Longest wait for a part to be ready. */
const READY_WITHIN_MS = 60_000;

/** Waits until a GET of the URL succeeds. @throws when the part exits before, or is not ready within a minute */
export async function untilAnswers(url: string, part: Part): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  const poll = async (): Promise<void> => {
    while (!(await answers(url))) {
      if (Date.now() > deadline) throw new Error(`${part.name} is not ready: no response from ${url} within a minute`);
      await pause(EVERY_MS);
    }
  };
  await Promise.race([poll(), part.ended]);
}
