/** Bytes of a {@link ByteBudget} that are granted or requested. */
export interface Reservation {
  readonly bytes: number;
  readonly onGranted: () => void;
}

/**
 * Limits the bytes that are held at the same time. A request beyond the limit waits; requests are granted in their order.
 * When nothing is held, a request of any size is granted, so that none waits forever.
 */
export class ByteBudget {
  private readonly requests = new Set<Reservation>();
  private held = 0;

  constructor(private readonly max: number) {}

  /** Granted bytes. */
  get heldBytes(): number {
    return this.held;
  }

  /** Number of waiting requests. */
  get waiting(): number {
    return this.requests.size;
  }

  /** Requests bytes. `onGranted` is called once they are available, possibly before this method returns. */
  take(bytes: number, onGranted: () => void): Reservation {
    const reservation = { bytes, onGranted };
    this.requests.add(reservation);
    this.grant();
    return reservation;
  }

  /** Returns the bytes, or stops waiting for them. Call it once for each reservation. */
  release(reservation: Reservation): void {
    if (!this.requests.delete(reservation)) this.held -= reservation.bytes;
    this.grant();
  }

  private grant(): void {
    for (const reservation of this.requests) {
      if (this.held > 0 && this.held + reservation.bytes > this.max) return;
      this.requests.delete(reservation);
      this.held += reservation.bytes;
      reservation.onGranted();
    }
  }
}
