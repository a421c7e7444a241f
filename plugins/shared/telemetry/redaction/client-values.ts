import { isJsonObject } from '../../json/json-object';
import { textOf } from '../../json/lenient-json';
import type { LogEntry } from '../log-entry';

/** Headers that describe a request and contain no values of the client's own: an error message may repeat them. */
const DESCRIPTIVE =
  /^(?:accept.*|cache-control|connection|content-.*|date|forwarded|host|mcp-(?:method|name|protocol-version)|origin|sec-.*|te|traceparent|user-agent|via|x-(?:consumer-.*|forwarded-.*|kong-.*|real-ip|request-id))$/;

/** Shorter header values may be ordinary words. In characters. */
const MIN_HEADER_LENGTH = 8;
/** More values are not collected. */
const MAX_VALUES = 64;
const MAX_DEPTH = 8;

/** The values of the client's own headers, such as keys and session ids, to remove them from error messages. */
export function valuesOfHeaders({ requestHeaders }: LogEntry): string[] {
  const values: string[] = [];
  for (const [name, value] of Object.entries(requestHeaders)) {
    if (DESCRIPTIVE.test(name)) continue;
    for (const text of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const one = textOf(text);
      if (one !== undefined && one.length >= MIN_HEADER_LENGTH && values.length < MAX_VALUES) values.push(one);
    }
  }
  return values;
}

/** Members whose values are words of a protocol, or are redacted elsewhere. */
const WORDS: ReadonlySet<string> = new Set([
  ...['jsonrpc', 'method', 'model', 'name', 'protocolVersion', 'role', 'traceparent', 'type', 'uri'],
]);

/** The texts in a value from a client, such as the params of a message. Never throws. */
export function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  collect(value, texts, 0);
  return texts;
}

function collect(value: unknown, texts: string[], depth: number): void {
  if (texts.length >= MAX_VALUES || depth > MAX_DEPTH) return;
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const element of value as unknown[]) collect(element, texts, depth + 1);
  else if (isJsonObject(value))
    for (const name of Object.keys(value)) if (!WORDS.has(name)) collect(value[name], texts, depth + 1);
}
