/** A part of a run that can be stopped. */
export interface Part {
  readonly name: string;
  /** Rejects when it ends by itself and nothing starts it again. */
  readonly ended: Promise<never>;
  /** Stops it in order; settles when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, for the last moment of the process that started it. */
  kill(): void;
}
