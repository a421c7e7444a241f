import { foldName } from '../../shared/mcp/fold-text';

/** True for a key that is not one of the names, but that a lenient reader takes for one: `Tools` for `tools`. */
export type IsLike = (key: string) => boolean;

/** Keys whose comparison is remembered: the elements of a list have the same ones. */
const MAX_KEYS = 256;

/** Compares keys with names. */
export function likeNames(names: readonly string[]): IsLike {
  const exact = new Set(names);
  const folded = new Set(names.map(foldName));
  const known = new Map<string, boolean>();
  return (key) => {
    if (exact.has(key)) return false;
    const before = known.get(key);
    if (before !== undefined) return before;
    const isLike = folded.has(foldName(key));
    if (known.size < MAX_KEYS) known.set(key, isLike);
    return isLike;
  };
}
