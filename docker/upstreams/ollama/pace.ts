/** How fast the demo works, in milliseconds. */
export interface Pace {
  /** Loading a model when it is used for the first time. */
  loadMs: number;
  /** Reading the prompt, per token; at most one second in total. */
  promptMsPerToken: number;
  /** Minimum and maximum delay before each chunk. */
  chunkMinMs: number;
  chunkMaxMs: number;
}

/** Similar to a small model on a laptop. */
export const REALISTIC: Pace = { loadMs: 200, promptMsPerToken: 2, chunkMinMs: 30, chunkMaxMs: 60 };

/** No delays, for tests and measurements. */
export const INSTANT: Pace = { loadMs: 0, promptMsPerToken: 0, chunkMinMs: 0, chunkMaxMs: 0 };

const MAX_PROMPT_MS = 1_000;

/** How long reading a prompt takes. */
export function promptMs(pace: Pace, promptTokens: number): number {
  return Math.min(MAX_PROMPT_MS, pace.promptMsPerToken * promptTokens);
}

/** The delay before chunk `index`: spread over the range, and the same for the same seed and index. */
export function chunkMs({ chunkMinMs, chunkMaxMs }: Pace, seed: number, index: number): number {
  // Multiplication by the golden ratio spreads consecutive numbers evenly over 0 to 1.
  const spread = ((((seed + index) * 0.618_033_988_75) % 1) + 1) % 1;
  return Math.round(chunkMinMs + spread * (chunkMaxMs - chunkMinMs));
}
