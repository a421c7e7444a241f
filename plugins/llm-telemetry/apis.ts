/** The provider APIs that are read; one reader each. */
export type ApiName =
  | 'ollama_chat'
  | 'ollama_generate'
  | 'ollama_embed'
  | 'ollama_embeddings'
  | 'openai_chat'
  | 'openai_completions'
  | 'openai_embeddings'
  | 'openai_responses'
  | 'anthropic_messages';

/** What an API is, whatever the call. */
export interface Api {
  readonly name: ApiName;
  /** `gen_ai.operation.name`. */
  readonly operation: 'chat' | 'text_completion' | 'embeddings';
  /** The word for it in the older names (`GUIDE` of semconv), the stem of the span's name. */
  readonly guideOperation: 'chat' | 'generate' | 'completion' | 'embed';
  /** Whether the answer is streamed when the request does not say. */
  readonly streamsByDefault: boolean;
}

const api = (
  name: ApiName,
  operation: Api['operation'],
  guideOperation: Api['guideOperation'],
  streamsByDefault = false,
): Api => ({ name, operation, guideOperation, streamsByDefault });

const BY_PATH = new Map<string, Api>([
  ['/api/chat', api('ollama_chat', 'chat', 'chat', true)],
  ['/api/generate', api('ollama_generate', 'text_completion', 'generate', true)],
  ['/api/embed', api('ollama_embed', 'embeddings', 'embed')],
  ['/api/embeddings', api('ollama_embeddings', 'embeddings', 'embed')],
  ['/v1/chat/completions', api('openai_chat', 'chat', 'chat')],
  ['/v1/completions', api('openai_completions', 'text_completion', 'completion')],
  ['/v1/embeddings', api('openai_embeddings', 'embeddings', 'embed')],
  ['/v1/responses', api('openai_responses', 'chat', 'chat')],
  ['/v1/messages', api('anthropic_messages', 'chat', 'chat')],
]);

/** The API at the end of a path that may have a service's own `path` before it. */
export const apiAtEndOf = (path: string): Api | undefined => {
  for (const [end, found] of BY_PATH) if (path.endsWith(end)) return found;
  return undefined;
};

/** The API at an upstream path; undefined: none of ours, to be left alone. */
export const apiAt = (upstreamPath: string): Api | undefined => BY_PATH.get(upstreamPath);
