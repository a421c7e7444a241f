import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** Attributes of which some may be unknown: undefined. */
export type OptionalAttributes = Record<string, AttributeValue | undefined>;

/** Longer texts are cut: clients choose the names of models, tools and sessions. Content has bounds of its own. */
const MAX_VALUE_LENGTH = 2048;

/** The attributes that are known, each text within its bound. If two have the same key, the later one is used. */
export function knownAttributes(...parts: OptionalAttributes[]): Attributes {
  const attributes: Attributes = {};
  for (const part of parts) {
    for (const key of Object.keys(part)) {
      const value = part[key];
      if (value !== undefined) attributes[key] = typeof value === 'string' ? value.slice(0, MAX_VALUE_LENGTH) : value;
    }
  }
  return attributes;
}
