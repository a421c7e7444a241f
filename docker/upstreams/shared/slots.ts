/** A bound on how much runs at once: who finds no free slot is told so instead of waiting. */
export class Slots {
  #taken = 0;

  constructor(private readonly size: number) {}

  /** Takes a slot and returns the function that frees it (once), or undefined when all are taken. */
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
