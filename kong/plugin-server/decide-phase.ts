import { proceed, type Reads, type RunnablePhase } from '../pdk';

/** Fetches the facts of one batch of reads; returns them by their names. */
type Fetch = (reads: Reads) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Returns what a phase decides. Fetches only the facts that it needs: one batch, and a second one if the first shows that the
 * request needs it. Rejects when `fetch` or the plugin does.
 */
export async function decidePhase(phase: RunnablePhase, state: unknown, fetch: Fetch): Promise<unknown> {
  if (phase.isWanted?.(state as never) === false) return proceed();
  const facts = await fetch(phase.reads);
  const more = phase.more?.isNeeded(facts as never) ? await fetch(phase.more.reads) : undefined;
  return phase.handle(state as never, facts as never, more as never);
}
