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
  readonly legacyOperation: 'chat' | 'generate' | 'completion' | 'embed';
  /** Whether the answer is streamed when the request does not say. */
  readonly streamsByDefault: boolean;
}

const api = (
  name: ApiName,
  operation: Api['operation'],
  legacyOperation: Api['legacyOperation'],
  streamsByDefault = false,
): Api => ({ name, operation, legacyOperation, streamsByDefault });

/** The ends of paths, the longer ones first where one ends like another. */
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

/** The messages of an assistant's thread are not the API of the same name. */
const OTHER_APIS = /\/threads\/[^/]+\/messages$/;

/**
 * Ends of paths that ask a model nothing: what Ollama's own commands and the official SDKs post beside inference, and
 * the export of traces.
 */
const WITHOUT_INFERENCE =
  /\/(?:api\/(?:show|pull|push|create|copy|delete|blobs\/[^/]+)|count_tokens|input_tokens|tokenize|detokenize|batches|files|uploads|cancel|v1\/traces)$/;

/**
 * The API at a path, known by its end: before it may stand a service's own `path`, a version, a deployment or a tenant.
 * Undefined: none of ours, to be left alone.
 */
export function apiAt(path: string): Api | undefined {
  const normal = normalPath(path);
  if (OTHER_APIS.test(normal)) return undefined;
  return BY_END.find(([end]) => normal.endsWith(end))?.[1];
}

/** True for a path at which no model is asked anything. */
export const isWithoutInference = (path: string): boolean => WITHOUT_INFERENCE.test(normalPath(path));

/** The model that a path names, as Azure's and OpenAI's older ones do; undefined where it names none. */
export function modelInPath(path: string): string | undefined {
  const encoded = /\/(?:deployments|engines)\/([^/?]+)\//i.exec(path)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded).slice(0, MAX_MODEL_LENGTH);
  } catch {
    return encoded?.slice(0, MAX_MODEL_LENGTH);
  }
}

const MAX_MODEL_LENGTH = 256;

/** In lower case, as Azure takes it, and without query, trailing slashes and empty segments. */
const normalPath = (path: string): string =>
  `/${(path.split('?', 1)[0] ?? '')
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')}`;
