/**
 * Limits the rate of log lines: a token bucket with the lines of one second. Otherwise a client could fill the disk by
 * causing rejections.
 */
export class LineBudget {
  private left: number;
  private filledAtMs = 0;
  private lost = 0;

  constructor(private readonly linesPerSecond: number) {
    this.left = linesPerSecond;
  }

  /** Takes one line. Returns how many lines were dropped since the last one; undefined if this line must be dropped too. */
  take(nowMs: number): number | undefined {
    const filled = (Math.max(0, nowMs - this.filledAtMs) / 1000) * this.linesPerSecond;
    this.left = Math.min(this.linesPerSecond, this.left + filled);
    this.filledAtMs = Math.max(this.filledAtMs, nowMs);
    if (this.left < 1) {
      this.lost++;
      return undefined;
    }
    this.left--;
    const { lost } = this;
    this.lost = 0;
    return lost;
  }
}
