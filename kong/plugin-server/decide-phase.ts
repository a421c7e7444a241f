import { proceed, type Reads, type RunnablePhase } from '../pdk';

/** Fetches the facts of one batch of reads, by their names. */
type Fetch = (reads: Reads) => Promise<Readonly<Record<string, unknown>>>;

/**
 * What a phase decides, from the facts that it needs and no others: one batch, or two where the first tells that the
 * request needs the second. Rejects when `fetch` or the plugin does.
 */
export async function decide(phase: RunnablePhase, state: unknown, fetch: Fetch): Promise<unknown> {
  if (phase.isWanted?.(state as never) === false) return proceed();
  const facts = await fetch(phase.reads);
  const more = phase.more?.isNeeded(facts as never) ? await fetch(phase.more.reads) : undefined;
  return phase.handle(state as never, facts as never, more as never);
}
