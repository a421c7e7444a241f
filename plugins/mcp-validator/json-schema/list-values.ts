/** The longest list in an error message, in characters; the whole message has at most 256. */
const MAX_LIST_LENGTH = 120;

/** Lists values of a schema for an error message, as JSON, as many as fit. */
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
