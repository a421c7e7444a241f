import type { Field } from '../pdk';

const MAX_SHOWN = 60;

/** A value as an error message shows it: as JSON, cut, and never one that may be a secret. */
export function shownValue(field: Field | undefined, value: unknown): string {
  if (field && maySecret(field)) return 'a value that is not shown';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

function maySecret({ attributes, elements, values }: Field): boolean {
  const { referenceable, encrypted } = attributes as { readonly referenceable?: boolean; readonly encrypted?: boolean };
  if (referenceable === true || encrypted === true) return true;
  return (elements !== undefined && maySecret(elements)) || (values !== undefined && maySecret(values));
}
