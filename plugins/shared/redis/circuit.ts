/** So many failures in a row open the circuit. */
const FAILURES_TO_OPEN = 3;

/** So long an open circuit waits before it is tried again, in milliseconds. */
export const RETRY_AFTER_MS = 500;

/**
 * Keeps callers away from a server that does not answer: after some failures in a row nobody is sent there, and now
 * and then one probe finds out whether it is back.
 */
export class Circuit {
  private failures = 0;
  private probedAtMs: number | undefined;

  /** `onOpen` is called when the circuit opens, `onClose` when it closes again. */
  constructor(
    private readonly onOpen: () => void = () => undefined,
    private readonly onClose: () => void = () => undefined,
  ) {}

  /** May callers be sent? */
  get isClosed(): boolean {
    return this.probedAtMs === undefined;
  }

  /** True when it is time for a probe of the open circuit; the next one is due only after another wait. */
  takeProbe(nowMs: number): boolean {
    if (this.probedAtMs === undefined || nowMs - this.probedAtMs < RETRY_AFTER_MS) return false;
    this.probedAtMs = nowMs;
    return true;
  }

  /** The server answered. */
  succeed(): void {
    this.failures = 0;
    if (this.probedAtMs === undefined) return;
    this.probedAtMs = undefined;
    this.onClose();
  }

  /** The server did not answer, or in error. */
  fail(nowMs: number): void {
    this.failures += 1;
    if (this.probedAtMs !== undefined || this.failures < FAILURES_TO_OPEN) return;
    this.probedAtMs = nowMs;
    this.onOpen();
  }
}
