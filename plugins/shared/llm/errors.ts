import { type JsonObject, isJsonObject } from '../json/json-object';
import { listOf, parseJson, recordOf, textOf } from '../json/lenient-json';

/** The error, in the API's words. */
export interface ResponseError {
  readonly message: string;
  readonly type?: string;
}

/** The bounds of a message, of the depth of nested errors, and of the messages of a list. */
const MAX_LENGTH = 4096;
const MAX_DEPTH = 5;
const MAX_LISTED = 4;

/** The members with the message of an error in providers and frameworks, the most useful one first. */
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
  'fault',
  'faultstring',
  'base_resp',
  'status_msg',
  'statusText',
  'exception',
  'text',
  'data',
  '__type',
];

/**
 * The error in a record, whatever the status: in `error`, a text (Ollama) or an object (OpenAI, Anthropic), or the
 * record itself if its `object` or `type` is `error`.
 */
export function errorOf(record: JsonObject): ResponseError | undefined {
  const error = record['error'];
  const isOne = record['object'] === 'error' || record['type'] === 'error';
  if (error === undefined || error === null || error === false || error === '' || isEmpty(error)) {
    return isOne ? { message: messageIn(record) ?? 'error', ...typeOf(record) } : undefined;
  }
  if (isJsonObject(error)) {
    const { type } = typeOf(error);
    return { message: messageIn(error) ?? type ?? 'error', ...(type !== undefined && { type }) };
  }
  // A text next to a longer text is its title.
  const message = textOf(record['message']) ?? textOf(record['error_description']) ?? messageIn(error);
  // A flag (`error: true`) has its text next to it.
  return { message: message ?? messageIn(record) ?? 'error' };
}

/**
 * The error in a chat record without `error`: in a member of the provider (`x_groq.error`, `base_resp.status_msg`), or
 * a text where choices are expected.
 */
export function bareErrorOf(record: JsonObject): ResponseError | undefined {
  for (const name in record) {
    const own = record[name];
    const error = name.startsWith('x_') && isJsonObject(own) ? errorOf({ error: own['error'] }) : undefined;
    if (error) return error;
  }
  if (listOf(record['choices']).length > 0) return undefined;
  const { status_code: code, status_msg: status } = recordOf(record['base_resp']);
  if (typeof code === 'number' && code !== 0) return { message: textOf(status) ?? String(code) };
  if (record['choices'] !== undefined || isJsonObject(record['usage'])) return undefined;
  const hasMessage = ['message', 'detail', 'msg'].some((name) => {
    const member = record[name];
    return textOf(member) !== undefined || listOf(member).length > 0;
  });
  const message = hasMessage ? messageIn(record) : undefined;
  return message === undefined ? undefined : { message };
}

const isEmpty = (error: unknown): boolean =>
  isJsonObject(error) && Object.values(error).every((value) => value === null || value === '' || value === 0);

function typeOf(record: JsonObject): { type?: string } {
  const type = textOf(record['type']);
  return type === undefined || type === 'error' ? {} : { type };
}

/** The message of an error in any format: a text, or the first useful member; the first few messages of a list. */
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
  if (!isJsonObject(value)) return undefined;
  for (const name of MEMBERS) {
    const message = messageIn(value[name], depth - 1);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Gateways pass the error of a provider on as a text. */
function unwrap(text: string, depth: number): string | undefined {
  if (!text.startsWith('{')) return textOf(text);
  return messageIn(parseJson(text), depth - 1) ?? text;
}
