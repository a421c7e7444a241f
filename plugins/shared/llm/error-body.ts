import { membersOfHead } from '../json/json-fragment';
import { parseJson } from '../json/lenient-json';
import { messageIn } from './errors';

/** The bytes of an error body that are read. */
const MAX_READ = 16_384;
const MAX_TEXT = 500;

/**
 * The message in the body of an error response: JSON in any format, an HTML or XML page, or plain text; undefined if
 * there is none. Linear in the bytes. Never throws.
 */
export function readErrorBody(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_READ))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  const payload = text.startsWith('data:') ? text.slice('data:'.length).trim() : text;
  if (payload === '') return undefined;
  const value = parseJson(payload) ?? membersOfHead(payload);
  if (value !== undefined) return messageIn(value);
  return clean(payload.startsWith('<') ? textOfMarkup(payload) : payload);
}

/** The most useful element of a page: the message of XML, else the title, else the heading, else the whole text. */
function textOfMarkup(markup: string): string {
  for (const element of ['message', 'title', 'h1']) {
    const start = markup.search(new RegExp(`<${element}\\b`, 'i'));
    const open = start === -1 ? -1 : markup.indexOf('>', start);
    const close = open === -1 ? -1 : markup.indexOf('<', open);
    if (close !== -1 && markup.slice(open + 1, close).trim() !== '') return decode(markup.slice(open + 1, close));
  }
  return decode(markup.replace(/<[^<>]*>/g, ' '));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#039;': "'",
  '&apos;': "'",
  '&nbsp;': ' ',
};

const decode = (text: string): string => text.replace(/&#?\w{1,6};/g, (entity) => ENTITIES[entity] ?? entity);

const clean = (text: string): string | undefined => {
  const line = text.replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
  return line === '' ? undefined : line;
};
