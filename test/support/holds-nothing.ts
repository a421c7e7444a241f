const zero = (): number => 0;

/** The sizes that a plugin server reports in its metrics, for tests without a server. */
export const holdsNothing = {
  connections: zero,
  instances: zero,
  configurations: zero,
  heldBytes: zero,
  waitingFrames: zero,
};
