/** The bounds of {@link SessionDurations}. */
export interface SessionDurationsOptions {
  /** The number of sessions that are tracked; beyond it the session that was idle for the longest time ends. */
  readonly maxSessions: number;
  /** A session without a request for this long has ended. */
  readonly idleMs: number;
  /** Called once for each session that has ended, with the time from its first to its last request. */
  readonly onEnd: (durationMs: number) => void;
}

/** Measures sessions from `initialize` to DELETE, or to the last request before they became idle. */
export class SessionDurations {
  /** The longest idle first. */
  private readonly sessions = new Map<string, { startedAtMs: number; seenAtMs: number }>();

  constructor(private readonly options: SessionDurationsOptions) {}

  /** Starts a session: the response to `initialize` carried this id. */
  start(id: string, nowMs: number): void {
    this.sweep(nowMs);
    this.sessions.set(id, { startedAtMs: nowMs, seenAtMs: nowMs });
    const oldest = this.sessions.keys().next();
    if (this.sessions.size > this.options.maxSessions && !oldest.done) this.end(oldest.value);
  }

  /** Records a request of a session. A session whose start was not seen is ignored. */
  touch(id: string, nowMs: number): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.sessions.set(id, { ...session, seenAtMs: Math.max(session.seenAtMs, nowMs) });
  }

  /** Ends a session. */
  end(id: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.options.onEnd(session.seenAtMs - session.startedAtMs);
  }

  get size(): number {
    return this.sessions.size;
  }

  /** The number of sessions that are in use, after those that became idle have ended. */
  activeAt(nowMs: number): number {
    this.sweep(nowMs);
    return this.sessions.size;
  }

  private sweep(nowMs: number): void {
    for (const [id, { seenAtMs }] of this.sessions) {
      if (nowMs - seenAtMs <= this.options.idleMs) return;
      this.end(id);
    }
  }
}
