/**
 * One form for texts that readers which fold case or Unicode take for the same: compatibility forms, capitals, U+017F
 * and U+212A, characters that nobody sees, and blanks.
 */
export function foldText(text: string): string {
  // Upper case first: it brings U+017F to `s`, as lower case brings U+212A to `k`.
  if (/^[a-z0-9/._-]*$/.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}\s]+/gu, '')
    .toUpperCase()
    .toLowerCase();
}

/** The same for names of members, which some readers also take from `snake_case` and `kebab-case`. */
export const foldName = (name: string): string => foldText(name).replace(/[_-]+/g, '');
