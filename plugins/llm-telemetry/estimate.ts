import type { LlmCall } from './call';

/** An estimate of the output tokens of a response without token counts. */
export interface Estimate {
  readonly tokens: number;
  /** The method: `chunks`, since most servers stream one token per record, else four characters per token. */
  readonly source: 'chunks' | 'bytes/4';
}

/** The estimate; undefined if the tokens were reported, or if too little of the response is known. */
export function estimateOutputTokens({ api, response, streaming }: LlmCall): Estimate | undefined {
  if (api.operation === 'embeddings' || !response || response.partial || response.outputTokens !== undefined)
    return undefined;
  if (response.textLength === 0) return undefined;
  return streaming
    ? { tokens: response.textChunks, source: 'chunks' }
    : { tokens: Math.ceil(response.textLength / 4), source: 'bytes/4' };
}
