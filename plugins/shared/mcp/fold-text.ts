/**
 * One form for texts that are equal to a reader that ignores case or Unicode variants: compatibility forms, case (U+017F and
 * U+212A included), invisible characters and white space.
 */
export function foldText(text: string): string {
  if (/^[a-z0-9/._-]*$/.test(text)) return text;
  // Upper case first: it maps U+017F to `S`, as lower case maps U+212A to `k`.
  return text
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}\s]+/gu, '')
    .toUpperCase()
    .toLowerCase();
}

/** The same for names of members, which some readers also accept in `snake_case` and `kebab-case`. */
export const foldName = (name: string): string => foldText(name).replace(/[_-]+/g, '');
