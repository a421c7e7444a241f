import { anthropicMessages } from './anthropic/dialogue';
import type { AgentApi } from './dialogue';
import { ollamaChat } from './ollama/dialogue';
import { openaiChat } from './openai-chat/dialogue';
import { openaiResponses } from './responses/api';

/** The APIs in which clients may ask the agent. */
export const apis: readonly AgentApi[] = [ollamaChat, openaiChat, openaiResponses, anthropicMessages];

/** The lists of models, which are passed to the route of the LLM: clients ask for them before they choose one. */
export const MODEL_LISTS: ReadonlySet<string> = new Set(['/api/tags', '/api/version', '/v1/models']);
