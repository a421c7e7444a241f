const zero = (): number => 0;

/** The sizes of what a plugin server holds, for one that is none. */
export const holdsNothing = {
  connections: zero,
  instances: zero,
  configurations: zero,
  heldBytes: zero,
  waitingFrames: zero,
};
