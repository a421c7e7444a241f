import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

/**
 * Asks again and again, ever more slowly, until the answer is neither false nor undefined, and gives it.
 *
 * @throws after a deadline that only a broken test meets; `what` says in the message what never came
 */
export async function until<T>(
  check: () => T | Promise<T>,
  what: string,
  deadlineMs = 10_000,
): Promise<Exclude<T, false | undefined>> {
  const end = Date.now() + deadlineMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const answer = await check();
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(pauseMs);
  }
}
