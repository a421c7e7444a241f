/** The bounds of one run. */
export interface Bounds {
  /** Calls of the model, at least 2: in the last one it cannot call tools. */
  readonly maxRounds: number;
  /** Calls of tools. */
  readonly maxToolCalls: number;
  /** Equal calls: the same tool with the same arguments. */
  readonly maxRepeats: number;
  /** Input and output tokens of all rounds, as reported. */
  readonly maxTokens: number;
}

/** The bound that ended a run, in the words of the configuration. */
export type StoppedBy =
  'max_rounds' | 'max_tool_calls' | 'max_run_seconds' | 'max_run_tokens' | 'max_turn_bytes' | 'max_history_bytes';
