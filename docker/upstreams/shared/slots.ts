/** Limits concurrency: without a free slot, `take` returns undefined instead of waiting. */
export class Slots {
  #taken = 0;

  constructor(private readonly size: number) {}

  /** Takes a slot and returns a function that frees it (once); undefined if all are taken. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.size) return undefined;
    this.#taken += 1;
    let held = true;
    return () => {
      if (held) this.#taken -= 1;
      held = false;
    };
  }
}
