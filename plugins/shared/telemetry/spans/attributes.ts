import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** Attributes in the making: a fact that is not known is undefined. */
export type OptionalAttributes = Record<string, AttributeValue | undefined>;

/** Longer texts are cut: clients choose the names of models, tools and sessions. Content has bounds of its own. */
const MAX_VALUE_LENGTH = 2048;

/** The attributes whose fact is known, each text within its bound; of two with one key the later counts. */
export function knownAttributes(...drafts: OptionalAttributes[]): Attributes {
  const attributes: Attributes = {};
  for (const draft of drafts) {
    for (const key of Object.keys(draft)) {
      const value = draft[key];
      if (value !== undefined) attributes[key] = typeof value === 'string' ? value.slice(0, MAX_VALUE_LENGTH) : value;
    }
  }
  return attributes;
}
