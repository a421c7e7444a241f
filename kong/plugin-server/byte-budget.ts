/** A part of a {@link ByteBudget}: granted, or waiting to be. */
export interface Hold {
  readonly bytes: number;
  readonly onGranted: () => void;
}

/**
 * So many bytes may be held at one time; who wants more waits, in the order of coming. Where nothing is held, any number
 * is granted, so that nobody waits forever.
 */
export class ByteBudget {
  private readonly waitingHolds = new Set<Hold>();
  private held = 0;

  constructor(private readonly max: number) {}

  /** Bytes that are granted. */
  get heldBytes(): number {
    return this.held;
  }

  /** How many wait. */
  get waiting(): number {
    return this.waitingHolds.size;
  }

  /** Asks for bytes; `onGranted` is called as soon as there is room, which may be before this returns. */
  take(bytes: number, onGranted: () => void): Hold {
    const hold = { bytes, onGranted };
    this.waitingHolds.add(hold);
    this.grant();
    return hold;
  }

  /** Gives the bytes back, or stops waiting for them. Once for each hold. */
  release(hold: Hold): void {
    if (!this.waitingHolds.delete(hold)) this.held -= hold.bytes;
    this.grant();
  }

  private grant(): void {
    for (const hold of this.waitingHolds) {
      if (this.held > 0 && this.held + hold.bytes > this.max) return;
      this.waitingHolds.delete(hold);
      this.held += hold.bytes;
      hold.onGranted();
    }
  }
}
