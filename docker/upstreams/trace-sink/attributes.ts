import type { AnyValue, KeyValue } from './otlp-messages';

/** An attribute's value as JSON can carry it. */
type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };

/** Attributes by their dotted names. Made by `readAttributes`; look up with `Object.hasOwn`, names are hostile. */
export type Attributes = Record<string, AttributeValue>;

/** Attributes as plain values; of two with the same name the last one counts. */
export function readAttributes(attributes: readonly KeyValue[] = []): Attributes {
  // fromEntries defines own members, so that even "__proto__" is only a name.
  return Object.fromEntries(attributes.map(({ key = '', value }) => [key, readValue(value)]));
}

/** The first of these attributes that is set to text that is not empty. */
export function textOf(attributes: Attributes, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The first of these attributes that is a number. */
export function numberOf(attributes: Attributes, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (typeof value === 'number') return value;
  }
  return undefined;
}

function readValue(value: AnyValue = {}): AttributeValue {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return integer(value.intValue);
  if (value.doubleValue !== undefined) {
    return Number.isFinite(value.doubleValue) ? value.doubleValue : String(value.doubleValue);
  }
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(readValue);
  if (value.kvlistValue) return readAttributes(value.kvlistValue.values);
  return value.bytesValue ?? null;
}

/** A number where a double holds it exactly, else its digits. */
function integer(digits: string): number | string {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}
