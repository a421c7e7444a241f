/** The supported APIs. */
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

/** The properties of an API that are the same for every call. */
export interface Api {
  readonly name: ApiName;
  /** `gen_ai.operation.name`. */
  readonly operation: 'chat' | 'text_completion' | 'embeddings';
  /** The operation in the legacy attributes and in the `guide` span names. */
  readonly legacyOperation: 'chat' | 'generate' | 'completion' | 'embed';
  /** Whether the response is streamed if the request does not say. */
  readonly streamsByDefault: boolean;
}

const api = (
  name: ApiName,
  operation: Api['operation'],
  legacyOperation: Api['legacyOperation'],
  streamsByDefault = false,
): Api => ({ name, operation, legacyOperation, streamsByDefault });

/** The ends of paths. If one end includes another, the longer one is first. */
const BY_END: readonly (readonly [end: string, api: Api])[] = [
  ['/api/chat', api('ollama_chat', 'chat', 'chat', true)],
  ['/api/generate', api('ollama_generate', 'text_completion', 'generate', true)],
  ['/api/embed', api('ollama_embed', 'embeddings', 'embed')],
  ['/api/embeddings', api('ollama_embeddings', 'embeddings', 'embed')],
  ['/chat/completions', api('openai_chat', 'chat', 'chat')],
  ['/completions', api('openai_completions', 'text_completion', 'completion')],
  ['/embeddings', api('openai_embeddings', 'embeddings', 'embed')],
  ['/responses', api('openai_responses', 'chat', 'chat')],
  ['/messages', api('anthropic_messages', 'chat', 'chat')],
];

/** The messages of an assistant's thread are another API. */
const OTHER_APIS = /\/threads\/[^/]+\/messages$/;

/**
 * Ends of paths at which no model is called: other requests of Ollama's commands and of the official SDKs, and the
 * export of spans.
 */
const WITHOUT_INFERENCE =
  /\/(?:api\/(?:show|pull|push|create|copy|delete|blobs\/[^/]+)|count_tokens|input_tokens|tokenize|detokenize|batches|files|uploads|cancel|v1\/traces)$/;

/**
 * The API at a path, by the end of the path: the `path` of Kong's service, a version, a deployment or a tenant may
 * precede it. Undefined for any other path.
 */
export function apiAt(path: string): Api | undefined {
  const normal = normalPath(path);
  if (OTHER_APIS.test(normal)) return undefined;
  return BY_END.find(([end]) => normal.endsWith(end))?.[1];
}

/** True for a path at which no model is called. */
export const isWithoutInference = (path: string): boolean => WITHOUT_INFERENCE.test(normalPath(path));

/** The model in a path, as in Azure's and older OpenAI paths; undefined if the path has none. */
export function modelInPath(path: string): string | undefined {
  const encoded = /\/(?:deployments|engines)\/([^/?]+)\//i.exec(path)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded).slice(0, MAX_MODEL_LENGTH);
  } catch {
    return encoded?.slice(0, MAX_MODEL_LENGTH);
  }
}

const MAX_MODEL_LENGTH = 256;

/** The path in lower case, since Azure ignores case, without query, trailing slashes and empty segments. */
const normalPath = (path: string): string =>
  `/${(path.split('?', 1)[0] ?? '')
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')}`;
