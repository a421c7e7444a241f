import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** Attributes of which some may be unknown: undefined. */
export type OptionalAttributes = Record<string, AttributeValue | undefined>;

/** Longer texts are cut: clients choose the names of models, tools and sessions. Content has bounds of its own. */
const MAX_VALUE_LENGTH = 2048;

/** The attributes that are known, each text within its bound. If two have the same key, the later one is used. */
export function knownAttributes(...parts: OptionalAttributes[]): Attributes {
  const attributes: Attributes = {};
  for (const part of parts) {
    for (const key of Object.keys(part)) addKnown(attributes, key, part[key]);
  }
  return attributes;
}

/**
 * Adds an attribute if it is known, a text within its bound. One after the other is several times as fast as an object
 * with all of them, whose keys V8 has to look at one by one too.
 */
export function addKnown(attributes: Attributes, key: string, value: AttributeValue | undefined): void {
  if (value === undefined) return;
  attributes[key] =
    typeof value === 'string' && value.length > MAX_VALUE_LENGTH ? value.slice(0, MAX_VALUE_LENGTH) : value;
}
