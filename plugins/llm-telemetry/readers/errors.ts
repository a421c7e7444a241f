import { isRecord, listOf, parseJson, textOf, type JsonRecord } from '../../shared/lenient-json';
import type { ReplyError } from './reply';

/** Longer texts are cut; how deep an error may be wrapped in others, and how many of a list are told. */
const MAX_LENGTH = 4096;
const MAX_DEPTH = 5;
const MAX_LISTED = 4;

/** Where providers and frameworks put the text of an error, the most telling first. */
const MEMBERS = [
  'message',
  'Message',
  'detail',
  'error_description',
  'errorMessage',
  'error_message',
  'error_msg',
  'msg',
  'errors',
  'error',
  'Error',
  'details',
  'title',
  'reason',
  'description',
  '__type',
];

/**
 * The error that a record carries, whatever the status: under `error`, as Ollama (a text), OpenAI and Anthropic (an
 * object) have it, or a record that calls itself one (`object` or `type` is `error`).
 */
export function errorOf(record: JsonRecord): ReplyError | undefined {
  const error = record['error'];
  const isOne = record['object'] === 'error' || record['type'] === 'error';
  if (error === undefined || error === null || error === false || error === '' || isEmpty(error)) {
    return isOne ? { message: messageIn(record) ?? 'error', ...typeOf(record) } : undefined;
  }
  if (isRecord(error)) {
    const { type } = typeOf(error);
    return { message: messageIn(error) ?? type ?? 'error', ...(type !== undefined && { type }) };
  }
  // A text beside a longer one is its title.
  return { message: textOf(record['message']) ?? textOf(record['error_description']) ?? messageIn(error) ?? 'error' };
}

const isEmpty = (error: unknown): boolean =>
  isRecord(error) && Object.values(error).every((value) => value === null || value === '' || value === 0);

function typeOf(record: JsonRecord): { type?: string } {
  const type = textOf(record['type']);
  return type === undefined || type === 'error' ? {} : { type };
}

/** The text of an error in any wording: a text, or the first telling member; of a list the first few. */
export function messageIn(value: unknown, depth = MAX_DEPTH): string | undefined {
  if (depth === 0) return undefined;
  if (typeof value === 'string') return unwrap(value.trim().slice(0, MAX_LENGTH), depth);
  if (Array.isArray(value)) {
    const messages = listOf(value)
      .slice(0, MAX_LISTED)
      .map((item) => messageIn(item, depth - 1));
    return textOf(
      messages
        .filter((message) => message !== undefined)
        .join('; ')
        .slice(0, MAX_LENGTH),
    );
  }
  if (!isRecord(value)) return undefined;
  for (const name of MEMBERS) {
    const message = messageIn(value[name], depth - 1);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Gateways hand the error of a provider on as a text. */
function unwrap(text: string, depth: number): string | undefined {
  if (!text.startsWith('{')) return textOf(text);
  return messageIn(parseJson(text), depth - 1) ?? text;
}
