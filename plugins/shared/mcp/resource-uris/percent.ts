import { hexDigit } from '../../json/digits';

const PERCENT = 0x25;

/** Characters that stay encoded if only the spelling may change: delimiters of URIs, `%`, `\` and control characters. */
const MEANINGFUL = new Set<number>(Buffer.from(":/?#[]@!$&'()*+,;=%\\\u007f"));

/** Decodes all percent-encoded bytes as UTF-8; invalid bytes become U+FFFD, as in most decoders. */
export const decodeAll = (text: string): string => decode(text, false);

/**
 * Decodes characters that have the same meaning decoded (RFC 3986, section 6.2.2.2), and a blank: two URIs that are equal
 * then are the same to every reader that decodes.
 */
export const decodeHarmless = (text: string): string => decode(text, true);

function decode(text: string, harmlessOnly: boolean): string {
  let at = text.indexOf('%');
  if (at < 0) return text;
  let result = '';
  let copied = 0;
  while (at >= 0) {
    const end = endOfRun(text, at);
    if (end > at) {
      result += text.slice(copied, at) + decodeRun(text.slice(at, end), harmlessOnly);
      copied = end;
    }
    at = text.indexOf('%', Math.max(end, at + 1));
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Bytes below 0x80 are decoded one by one, others together as long as they are adjacent. */
function endOfRun(text: string, start: number): number {
  let end = start;
  while (text.charCodeAt(end) === PERCENT) {
    const byte = byteAt(text, end);
    if (byte < 0) break;
    if (byte < 0x80) return end === start ? end + 3 : end;
    end += 3;
  }
  return end;
}

const byteAt = (text: string, at: number): number => {
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
};

function decodeRun(run: string, harmlessOnly: boolean): string {
  const first = byteAt(run, 0);
  if (first < 0x80) {
    const staysEncoded = harmlessOnly && (first < 0x20 || MEANINGFUL.has(first));
    return staysEncoded ? run.toUpperCase() : String.fromCharCode(first);
  }
  const decoded = Buffer.from(run.replaceAll('%', ''), 'hex').toString();
  return harmlessOnly && decoded.includes('\ufffd') ? run.toUpperCase() : decoded;
}

/** Decodes `%u002e`, which JavaScript's `unescape` and some web servers support. */
export const decodeUnicodeEscapes = (text: string): string =>
  text.includes('%u')
    ? text.replace(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

/** True for overlong UTF-8, which old decoders read as `.`, `/` or `\`: no honest client sends it. */
export const hasOverlongByte = (text: string): boolean =>
  text.includes('%') && /%c[01]%[89ab][0-9a-f]|%e0%[89][0-9a-f]%[89ab][0-9a-f]|%f0%8[0-9a-f]%/i.test(text);
