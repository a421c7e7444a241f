/** Finds the idle series of a gauge, so that a client that has left does not stay in the metrics. */
export class IdleSeries {
  /** The series that was set the longest time ago first. */
  private readonly setAt = new Map<string, number>();

  constructor(private readonly idleMs: number) {}

  /** Records that a series was set; returns the series that have become idle, each once. */
  set(series: string, nowMs: number): string[] {
    this.setAt.delete(series);
    this.setAt.set(series, nowMs);
    const stale: string[] = [];
    for (const [name, at] of this.setAt) {
      if (nowMs - at <= this.idleMs) break;
      stale.push(name);
      this.setAt.delete(name);
    }
    return stale;
  }
}
