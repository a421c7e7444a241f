import type { State } from '../state';

/** The bytes that one run holds, within the bound of all runs of the configuration. */
export class HeldBytes {
  private bytes = 0;

  constructor(private readonly state: Pick<State, 'config' | 'usage' | 'metrics'>) {}

  /** Holds this many bytes from now on, instead of those before; false if the bound of all runs does not allow it. */
  hold(bytes: number): boolean {
    const { usage, config } = this.state;
    if (usage.heldBytes - this.bytes + bytes > config.max_held_bytes) return false;
    this.change(bytes);
    return true;
  }

  release(): void {
    this.change(0);
  }

  private change(bytes: number): void {
    const { usage, metrics, config } = this.state;
    usage.heldBytes += bytes - this.bytes;
    this.bytes = bytes;
    metrics.heldBytes.set({ agent: config.name }, usage.heldBytes);
  }
}
