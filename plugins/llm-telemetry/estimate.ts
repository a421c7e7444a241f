import type { LlmCall } from './call';

/** A guess at the output tokens of an answer that reported none. */
export interface Estimate {
  readonly tokens: number;
  /** How it was guessed: servers mostly stream a token per record; else four characters stand for one. */
  readonly source: 'chunks' | 'bytes/4';
}

/** The guess; undefined where the truth was reported, or where too little of the answer is known to guess. */
export function estimateOutputTokens({ api, response, streaming }: LlmCall): Estimate | undefined {
  if (api.operation === 'embeddings' || !response || response.partial || response.outputTokens !== undefined)
    return undefined;
  if (response.textLength === 0) return undefined;
  return streaming
    ? { tokens: response.textChunks, source: 'chunks' }
    : { tokens: Math.ceil(response.textLength / 4), source: 'bytes/4' };
}
