import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { listOf, stringify, textOf } from '../../shared/json/lenient-json';
import type { ResultImage } from '../apis/dialogue';

/** The result of a tool as the model sees it. */
export interface ToolText {
  readonly text: string;
  readonly images: readonly ResultImage[];
  readonly isError: boolean;
}

/** How a result is shown. */
interface Options {
  readonly maxBytes: number;
  /** True if the API takes images in results. */
  readonly takesImages: boolean;
}

/** The media types of images that APIs accept. */
const IMAGES: ReadonlySet<unknown> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** The text of the result of `tools/call`: its text parts, or its structured content. */
export function textOfResult(result: JsonObject, { maxBytes, takesImages }: Options): ToolText {
  const parts = listOf(result['content']).filter(isJsonObject);
  const images: ResultImage[] = [];
  let imageBytes = 0;
  const texts = parts.map((part): string => {
    const { type, mimeType, data } = part;
    if (type !== 'image') return textOfPart(part);
    const encoded = textOf(data) ?? '';
    if (!takesImages || !IMAGES.has(mimeType) || imageBytes + encoded.length > maxBytes) return '[image omitted]';
    imageBytes += encoded.length;
    images.push({ mimeType: String(mimeType), data: encoded });
    return '';
  });
  const joined = texts.filter((text) => text !== '').join('\n');
  const hasText = parts.some(({ type }) => type === 'text');
  const structured = result['structuredContent'];
  const text =
    hasText || structured === undefined ? joined : [joined, stringify(structured) ?? ''].filter(Boolean).join('\n');
  return { text: cutText(text, maxBytes), images, isError: result['isError'] === true };
}

function textOfPart(part: JsonObject): string {
  const { type } = part;
  if (type === 'text') return textOf(part['text']) ?? '';
  if (type === 'resource_link') return textOf(part['uri']) ?? '';
  if (type === 'resource' && isJsonObject(part['resource'])) {
    return textOf(part['resource']['text']) ?? textOf(part['resource']['uri']) ?? '';
  }
  return `[${(textOf(type) ?? 'content').slice(0, 32)} omitted]`;
}

/** Cuts a text to a number of bytes, between characters, and says so. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const note = `\n[cut: ${bytes} bytes, the limit is ${maxBytes}]`;
  const all = Buffer.from(text);
  let end = Math.max(0, maxBytes - note.length);
  while (end > 0 && ((all[end] ?? 0) & CONTINUATION_MASK) === CONTINUATION) end -= 1;
  return all.subarray(0, end).toString() + note;
}

/** The bytes after the first one of a character in UTF-8 are 10xxxxxx. */
const CONTINUATION_MASK = 0xc0;
const CONTINUATION = 0x80;

const MAX_ERROR = 500;

/** The message of an error of a server, for the model: one line, no markup, no address. */
export function errorText(message: string): string {
  return message
    .replace(/<[^<>]{0,200}>/g, ' ')
    .replace(/https?:\/\/\S+/g, '[address]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[address]')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_ERROR);
}
