import { setImmediate as yieldToOthers, setTimeout as wait } from 'node:timers/promises';
import { chunkMs, promptMs, type Pace } from './pace';
import { evalCount, type Part, type Reply } from './reply';

/** Ollama's metrics at the end of an answer: counts, and measured durations in nanoseconds. */
export interface Metrics {
  total_duration: number;
  load_duration: number;
  prompt_eval_count: number;
  prompt_eval_duration: number;
  eval_count: number;
  eval_duration: number;
}

/** How a reply is generated. */
export interface Performance {
  reply: Reply;
  promptTokens: number;
  pace: Pace;
  /** True if the model is used for the first time, which takes `pace.loadMs`. */
  cold: boolean;
  seed: number;
  /** Ends the generation early, without metrics. */
  signal: AbortSignal;
}

/** Yields the parts of a reply at its pace and returns the metrics; undefined if the signal ended it. */
export async function* perform(job: Performance): AsyncGenerator<Part, Metrics | undefined> {
  const { reply, promptTokens, pace, signal } = job;
  const started = process.hrtime.bigint();
  await pause(job.cold ? pace.loadMs : 0, signal);
  const loaded = process.hrtime.bigint();
  await pause(promptMs(pace, promptTokens), signal);
  const evaluating = process.hrtime.bigint();
  for (const [index, part] of reply.parts.entries()) {
    await pause(chunkMs(pace, job.seed, index), signal);
    if (signal.aborted) return undefined;
    yield part;
  }
  const ended = process.hrtime.bigint();
  return {
    total_duration: Number(ended - started),
    load_duration: Number(loaded - started),
    prompt_eval_count: promptTokens,
    prompt_eval_duration: Number(evaluating - loaded),
    eval_count: evalCount(reply.parts),
    eval_duration: Number(ended - evaluating),
  };
}

/** Waits, or at least lets other requests run, so that an instant pace does not block the event loop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (ms === 0) await yieldToOthers();
  else await wait(ms, undefined, { signal }).catch(() => undefined);
}
