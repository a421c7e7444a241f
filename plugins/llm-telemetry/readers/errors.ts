import { isRecord, textOf, type JsonRecord } from '../../shared/lenient-json';
import type { ReplyError } from './reply';

/**
 * The error that an answer carries, in any of the three wordings: Ollama `{error: "text"}`, OpenAI
 * `{error: {message, type, code}}`, Anthropic `{type: "error", error: {type, message}}`.
 */
export function errorOf(record: JsonRecord): ReplyError | undefined {
  const error = record['error'];
  if (typeof error === 'string' && error !== '') return { message: error };
  if (!isRecord(error)) return undefined;
  const type = textOf(error['type']);
  return { message: textOf(error['message']) ?? type ?? 'error', ...(type !== undefined && { type }) };
}
