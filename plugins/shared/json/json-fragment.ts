import { type JsonObject, isJsonObject } from './json-object';
import { parseJson, recordOf } from './lenient-json';

/**
 * The complete members of a JSON object of which only the first part is known; undefined if there is none.
 *
 * One pass, linear in the text. Never throws.
 */
export function membersOfHead(text: string): JsonObject | undefined {
  const start = text.search(/\S/);
  if (text[start] !== '{') return undefined;
  let lastComma = -1;
  for (const { index, depth } of commasOutsideStrings(text, false).commas) if (depth === 1) lastComma = index;
  return lastComma === -1 ? undefined : asRecord(`${text.slice(start, lastComma)}}`);
}

/**
 * The complete members of a JSON object of which only the last part is known; undefined if there is none.
 *
 * The part may begin inside or outside of a string, so both are tried; the wrong one cannot be
 * parsed. Two passes, linear in the text. Never throws.
 *
 * @param depth 1 for the members of the outermost object, 2 for those of the object that is its last member
 */
export function membersOfTail(text: string, depth: 1 | 2 = 1): JsonObject | undefined {
  for (const startsInString of [false, true]) {
    const { commas, endDepth } = commasOutsideStrings(text, startsInString);
    const first = commas.find((comma) => comma.depth === endDepth + depth);
    if (!first) continue;
    const rest = text.slice(first.index + 1);
    const members = asRecord(depth === 1 ? `{${rest}` : `{"last":{${rest}`);
    if (members) return depth === 1 ? members : recordOf(members['last']);
  }
  return undefined;
}

/**
 * The last complete object with a name anywhere in a part of a JSON text; undefined if there is none.
 *
 * A quote inside a string is escaped, so `"name":` is never part of a string. Linear in the text. Never throws.
 */
export function lastObjectNamed(name: string, text: string): JsonObject | undefined {
  const key = `"${name}":`;
  const at = text.lastIndexOf(key);
  if (at === -1) return undefined;
  const start = at + key.length + text.slice(at + key.length).search(/\S|$/);
  const end = endOfObject(text, start);
  return end === undefined ? undefined : asRecord(text.slice(start, end));
}

/** The whole objects of a text that holds nothing but objects, one after the other. Linear. Never throws. */
export function topLevelObjects(text: string): string[] {
  const objects: string[] = [];
  for (let start = startOfObject(text, 0); start !== undefined;) {
    const end = endOfObject(text, start);
    if (end === undefined) break;
    objects.push(text.slice(start, end));
    start = startOfObject(text, end);
  }
  return objects;
}

function startOfObject(text: string, from: number): number | undefined {
  let start = from;
  while (/\s/.test(text.charAt(start))) start++;
  return text.charCodeAt(start) === OPEN_BRACE ? start : undefined;
}

/** The place after the brace that closes the object at `start`; undefined where it is not there. Linear. Never throws. */
export function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE) depth++;
    else if (code === CLOSE_BRACE && --depth === 0) return index + 1;
    if (depth === 0) return undefined;
  }
  return undefined;
}

interface Comma {
  readonly index: number;
  /** Objects and lists that are open here, less those that were open where the text begins. */
  readonly depth: number;
}

function commasOutsideStrings(text: string, startsInString: boolean): { commas: Comma[]; endDepth: number } {
  const commas: Comma[] = [];
  let depth = 0;
  let inString = startsInString;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === COMMA) commas.push({ index, depth });
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return { commas, endDepth: depth };
}

function asRecord(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isJsonObject(value) ? value : undefined;
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
