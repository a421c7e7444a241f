/** This many failures in a row open the circuit. */
const FAILURES_TO_OPEN = 3;

/** How long an open circuit waits between two probes, in milliseconds. */
export const RETRY_AFTER_MS = 500;

/**
 * A circuit breaker. After some failures in a row it opens, and requests are not sent to the server; a probe from time to
 * time finds out when the server is back.
 */
export class Circuit {
  private failures = 0;
  private probedAtMs: number | undefined;

  /** `onOpen` is called when the circuit opens, `onClose` when it closes again. */
  constructor(
    private readonly onOpen: () => void = () => undefined,
    private readonly onClose: () => void = () => undefined,
  ) {}

  /** True while requests may be sent. */
  get isClosed(): boolean {
    return this.probedAtMs === undefined;
  }

  /** True if a probe of the open circuit is due. The next one is due after another {@link RETRY_AFTER_MS}. */
  takeProbe(nowMs: number): boolean {
    if (this.probedAtMs === undefined || nowMs - this.probedAtMs < RETRY_AFTER_MS) return false;
    this.probedAtMs = nowMs;
    return true;
  }

  /** Records a response of the server. */
  succeed(): void {
    this.failures = 0;
    if (this.probedAtMs === undefined) return;
    this.probedAtMs = undefined;
    this.onClose();
  }

  /** Records a request without a response, or with an error. */
  fail(nowMs: number): void {
    this.failures += 1;
    if (this.probedAtMs !== undefined || this.failures < FAILURES_TO_OPEN) return;
    this.probedAtMs = nowMs;
    this.onOpen();
  }
}
