import { ANTHROPIC_MESSAGES } from './anthropic-messages';
import type { Example } from './example';
import { OLLAMA } from './ollama';
import { OPENAI_CHAT } from './openai-chat';
import { OPENAI_COMPLETIONS } from './openai-completions';
import { OPENAI_RESPONSES } from './openai-responses';

export type { Example } from './example';

/** Answers in the words of every API. */
export const EXAMPLES: readonly Example[] = [
  ...OLLAMA,
  ...OPENAI_CHAT,
  ...OPENAI_COMPLETIONS,
  ...OPENAI_RESPONSES,
  ...ANTHROPIC_MESSAGES,
];
