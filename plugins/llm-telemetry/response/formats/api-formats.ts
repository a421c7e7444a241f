import type { ApiName } from '../../request/apis';
import type { ApiFormat } from '../reader';
import { anthropicMessages } from './anthropic-messages';
import { ollamaEmbedding, ollamaGeneration } from './ollama';
import { openaiCompletions, openaiEmbeddings } from './openai-chat';
import { openaiResponses } from './openai-responses';

/** The response format of each API. */
export const API_FORMATS: Readonly<Record<ApiName, ApiFormat>> = {
  ollama_chat: ollamaGeneration,
  ollama_generate: ollamaGeneration,
  ollama_embed: ollamaEmbedding,
  ollama_embeddings: ollamaEmbedding,
  openai_chat: openaiCompletions,
  openai_completions: openaiCompletions,
  openai_embeddings: openaiEmbeddings,
  openai_responses: openaiResponses,
  anthropic_messages: anthropicMessages,
};
