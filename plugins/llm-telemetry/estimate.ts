import type { LlmCall } from './call';

/** A guess at the output tokens of an answer that reported none. */
export interface Estimate {
  readonly tokens: number;
  /** How it was guessed: servers mostly stream a token per record; else four characters stand for one. */
  readonly source: 'chunks' | 'bytes/4';
}

/** The guess; undefined where the truth was reported, or where too little of the answer is known to guess. */
export function estimateOutputTokens({ api, reply, streaming }: LlmCall): Estimate | undefined {
  if (api.operation === 'embeddings' || !reply || reply.partial || reply.outputTokens !== undefined) return undefined;
  if (reply.textLength === 0) return undefined;
  return streaming
    ? { tokens: reply.textChunks, source: 'chunks' }
    : { tokens: Math.ceil(reply.textLength / 4), source: 'bytes/4' };
}
