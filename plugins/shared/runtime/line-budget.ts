/**
 * Bounds how many lines are logged: a bucket of as many lines as a second allows, filled at that rate. A stranger who
 * provokes refusals would fill the disk otherwise.
 */
export class LineBudget {
  private left: number;
  private filledAtMs = 0;
  private lost = 0;

  constructor(private readonly linesPerSecond: number) {
    this.left = linesPerSecond;
  }

  /** How many lines were lost since the last one; undefined: there is no room for this one either. */
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
