/** Bodies up to this many bytes never wait. */
const SMALL_BYTES = 65_536;

/** Limits the bytes of large request bodies that are held at once: a body that does not fit waits, unread. */
export class BodyBudget {
  readonly #waiting: (() => boolean)[] = [];
  #free: number;

  constructor(private readonly bytes: number) {
    this.#free = bytes;
  }

  /**
   * Resolves with a function that releases the bytes (once), as soon as they are free; first come, first served.
   * A body larger than the whole budget, or of unknown length (`Infinity`), takes the whole budget.
   */
  take(bytes: number): Promise<() => void> {
    const taken = bytes <= SMALL_BYTES ? 0 : Math.min(bytes, this.bytes);
    return new Promise((resolve) => {
      const start = (): boolean => {
        if (taken > this.#free) return false;
        this.#free -= taken;
        resolve(this.#giveBack(taken));
        return true;
      };
      if ((taken > 0 && this.#waiting.length > 0) || !start()) this.#waiting.push(start);
    });
  }

  #giveBack(bytes: number): () => void {
    let held = bytes;
    return () => {
      this.#free += held;
      held = 0;
      while (this.#waiting[0]?.()) this.#waiting.shift();
    };
  }
}
