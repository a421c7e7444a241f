import { listOf, recordOf, textOf } from '../../shared/json/lenient-json';

/** The text of a content: a string, or a list of parts of which some have a text. */
export const textOfContent = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .flatMap((part) => textOf(recordOf(part)['text']) ?? [])
        .join('\n');

/** The text of the last message of the user. */
export const lastOfUser = (messages: unknown): string =>
  textOfContent(recordOf(listOf(messages).findLast((message) => recordOf(message)['role'] === 'user'))['content']);
