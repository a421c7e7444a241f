import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, textOf } from '../../shared/json/lenient-json';

/** The parts of a message. */
export interface TextAndThinking {
  readonly text: string | undefined;
  readonly thinking: string | undefined;
}

/** The number of parts of a message that are read, and their depth. */
const MAX_PARTS = 1024;
const MAX_DEPTH = 3;

/**
 * Splits content into text and thinking. It is a text, or a list of parts: texts, `{type: "text", text}`, `{type:
 * "thinking", thinking: [...]}`.
 */
export function textAndThinkingOf(content: unknown): TextAndThinking {
  if (typeof content === 'string') return { text: textOf(content), thinking: undefined };
  let text = '';
  let thinking = '';
  for (const part of partsOf(content)) {
    if (isThinking(part)) thinking += textOfPart(part, MAX_DEPTH);
    else text += textOfPart(part, MAX_DEPTH);
  }
  return { text: textOf(text), thinking: textOf(thinking) };
}

const partsOf = (content: unknown): readonly unknown[] =>
  isJsonObject(content) ? [content] : listOf(content).slice(0, MAX_PARTS);

const isThinking = (part: unknown): boolean =>
  isJsonObject(part) && /thinking|reasoning/.test(textOf(part['type']) ?? '');

function textOfPart(part: unknown, depth: number): string {
  if (typeof part === 'string') return part;
  if (depth === 0) return '';
  if (Array.isArray(part))
    return part
      .slice(0, MAX_PARTS)
      .map((nested) => textOfPart(nested, depth - 1))
      .join('');
  return isJsonObject(part) ? textOfPart(innerOf(part), depth - 1) : '';
}

/** The member with a part's text, by its names in the APIs. */
const innerOf = (part: JsonObject): unknown =>
  part['text'] ?? part['thinking'] ?? part['reasoning'] ?? part['summary'] ?? part['content'];
