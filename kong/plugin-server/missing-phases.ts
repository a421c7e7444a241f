import type { Plugin } from '../pdk';

/** What is watched: a configuration of a plugin, the same object with every event. */
interface Watched {
  readonly plugin: Plugin;
  readonly state: unknown;
}

/** Requests may well be logged that never came to the plugin, refused by one before it; so many in a row hardly. */
const PATIENCE = 100;

/**
 * Finds configurations whose options need an access phase that Kong was not told of: requests of theirs are logged, but
 * none ever comes to that phase.
 */
export class MissingPhases {
  /** How many requests were logged before any came to the access phase; Infinity once that is settled. */
  private readonly logged = new WeakMap<Watched, number>();

  /** Notes an event; true once for a configuration, when its operator should be told. */
  isMissedAt(configuration: Watched, phase: string): boolean {
    const { access } = configuration.plugin.phases;
    if (!access?.onDemand) return false;
    const logged = this.logged.get(configuration) ?? 0;
    if (logged === Infinity) return false;
    const isSettled = phase === 'access' || access.isWanted?.(configuration.state as never) === false;
    const next = isSettled || logged + 1 >= PATIENCE ? Infinity : logged + 1;
    this.logged.set(configuration, next);
    return !isSettled && next === Infinity;
  }
}
