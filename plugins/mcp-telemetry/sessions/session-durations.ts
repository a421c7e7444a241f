/** How long sessions last, told by when they are seen. */
export interface SessionDurationsOptions {
  /** More sessions at once than these are forgotten, the longest unseen first. */
  readonly maxSessions: number;
  /** A session that is not seen for this long is over. */
  readonly idleMs: number;
  /** Called once for each session that is over, with the milliseconds from its first to its last sight. */
  readonly onOver: (durationMs: number) => void;
}

/** Measures sessions from their `initialize` to their DELETE, or to the last request before they fell silent. */
export class SessionDurations {
  /** The longest unseen first. */
  private readonly sessions = new Map<string, { startedAtMs: number; seenAtMs: number }>();

  constructor(private readonly options: SessionDurationsOptions) {}

  /** `initialize` was answered with this id. */
  start(id: string, nowMs: number): void {
    this.sweep(nowMs);
    this.sessions.set(id, { startedAtMs: nowMs, seenAtMs: nowMs });
    const oldest = this.sessions.keys().next();
    if (this.sessions.size > this.options.maxSessions && !oldest.done) this.end(oldest.value);
  }

  /** A request of the session passed. A session whose start was not seen is not measured. */
  see(id: string, nowMs: number): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.sessions.set(id, { ...session, seenAtMs: Math.max(session.seenAtMs, nowMs) });
  }

  /** The session was ended. */
  end(id: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.options.onOver(session.seenAtMs - session.startedAtMs);
  }

  get size(): number {
    return this.sessions.size;
  }

  private sweep(nowMs: number): void {
    for (const [id, { seenAtMs }] of this.sessions) {
      if (nowMs - seenAtMs <= this.options.idleMs) return;
      this.end(id);
    }
  }
}
