/** A part of a run. */
export interface Part {
  readonly name: string;
  /** Rejects when the part exits by itself and is not restarted. */
  readonly ended: Promise<never>;
  /** Stops the part gracefully; settles when it has exited. */
  stop(): Promise<void>;
  /** Kills the part at once, when the process that started it exits. */
  kill(): void;
}
