import { toCompatible } from './rewrites';

/** One form for URIs that are equal to readers that ignore case or Unicode variants. */
export function foldUri(uri: string): string {
  const text = toCompatible(uri);
  return text.toUpperCase().toLowerCase();
}
