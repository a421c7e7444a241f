import type { AnyValue, KeyValue } from './otlp-messages';

/** The value of an attribute, representable in JSON. */
type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };

/**
 * Attributes by their dotted names. Created by `readAttributes`; look up with `Object.hasOwn`, because names are
 * hostile.
 */
export type Attributes = Record<string, AttributeValue>;

/** Attributes as plain values; the last one of a name counts. */
export function readAttributes(attributes: readonly KeyValue[] = []): Attributes {
  // fromEntries defines own members, so "__proto__" is a name like any other.
  return Object.fromEntries(attributes.map(({ key = '', value }) => [key, readValue(value)]));
}

/** The first of these attributes with a non-empty text. */
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

/** A number if a double represents it exactly, else its digits. */
function integer(digits: string): number | string {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}
