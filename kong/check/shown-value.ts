import type { Field } from '../pdk';

const MAX_SHOWN = 60;

/** A value for an error message: as JSON, truncated, and hidden if it may be a secret. */
export function shownValue(field: Field | undefined, value: unknown): string {
  if (field && mayBeSecret(field)) return 'a value that is not shown';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

function mayBeSecret({ attributes, elements, values }: Field): boolean {
  const { referenceable, encrypted } = attributes as { readonly referenceable?: boolean; readonly encrypted?: boolean };
  if (referenceable === true || encrypted === true) return true;
  return (elements !== undefined && mayBeSecret(elements)) || (values !== undefined && mayBeSecret(values));
}
