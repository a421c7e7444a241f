import { setTimeout as pause } from 'node:timers/promises';
import type { Part } from './part';

const EVERY_MS = 100;
const ONE_TRY_MS = 2_000;

/** Whether a GET of the URL is answered well. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ONE_TRY_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Longest wait for a part to answer. */
const READY_WITHIN_MS = 60_000;

/** Waits until a GET of the URL is answered well. @throws when the part ends before, or takes longer than a minute. */
export async function untilAnswers(url: string, part: Part): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  const poll = async (): Promise<void> => {
    while (!(await answers(url))) {
      if (Date.now() > deadline) throw new Error(`${part.name} did not answer at ${url} within a minute`);
      await pause(EVERY_MS);
    }
  };
  await Promise.race([poll(), part.ended]);
}
