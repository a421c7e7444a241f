/** An error has 256 characters in all: a list takes at most this many of them. */
const MAX_LIST_LENGTH = 120;

/** Lists a schema's own values for an error, as JSON, as many as there is room for. */
export function listValues(values: readonly unknown[]): string {
  let text = '';
  for (const [i, value] of values.entries()) {
    const next = `${text}${i > 0 ? ', ' : ''}${JSON.stringify(value)}`;
    if (next.length > MAX_LIST_LENGTH) return i > 0 ? `${text}, ... (${values.length} in all)` : cut(next);
    text = next;
  }
  return text;
}

const cut = (text: string): string => `${text.slice(0, MAX_LIST_LENGTH)}...`;
