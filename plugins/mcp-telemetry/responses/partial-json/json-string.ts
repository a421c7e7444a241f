import { parseJson } from '../../../shared/json/lenient-json';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The position of a string's closing quote; the end of the text if there is none. */
export function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/** Decodes the content of a string; an incomplete escape sequence at its end is dropped. */
export function decodeString(raw: string): string {
  const whole = parseJson(`"${raw}"`) ?? parseJson(`"${raw.replace(/\\(?:u[0-9A-Fa-f]{0,3})?$/, '')}"`);
  return typeof whole === 'string' ? whole : raw;
}
