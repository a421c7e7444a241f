import { isJsonObject } from '../../shared/json/json-object';

/**
 * The same text for all equal JSON values: sorted keys, no white space. Numbers are equal by value, `-0` is `0`.
 *
 * `order` sorts the keys, by default by their UTF-16 code units. The value's depth must be bounded.
 */
export function canonicalJson(value: unknown, order?: (a: string, b: string) => number): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, order)).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort(order)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key], order)}`);
  return `{${members.join()}}`;
}
