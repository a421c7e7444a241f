/** Tells which series of a gauge have gone stale, so that a client who left does not stay in the metrics. */
export class IdleSeries {
  /** The longest unset first. */
  private readonly setAt = new Map<string, number>();

  constructor(private readonly idleMs: number) {}

  /** Notes that the series was set; gives those that have been idle for too long, once. */
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
