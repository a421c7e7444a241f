import type { PreparedPart } from './configurations';

/** A few requests may be logged without an access phase, because an earlier plugin rejected them; so many in a row are not. */
const MAX_LOGGED_WITHOUT_ACCESS = 100;

/**
 * Finds configurations with options that need an access phase which Kong does not call: Kong logs their requests, but
 * none reaches that phase.
 */
export class MissingPhases {
  /** Requests that were logged before any reached the access phase; Infinity once the question is settled. */
  private readonly logged = new WeakMap<PreparedPart, number>();

  /** Records an event. Returns true once for a part of a configuration, when the problem should be logged. */
  isMissedAt(part: PreparedPart, phase: string): boolean {
    const { access } = part.plugin.phases;
    if (!access?.onDemand) return false;
    const logged = this.logged.get(part) ?? 0;
    if (logged === Infinity) return false;
    const isSettled = phase === 'access' || access.isWanted?.(part.state as never) === false;
    const next = isSettled || logged + 1 >= MAX_LOGGED_WITHOUT_ACCESS ? Infinity : logged + 1;
    this.logged.set(part, next);
    return !isSettled && next === Infinity;
  }
}
