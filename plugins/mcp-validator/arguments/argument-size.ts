import type { SchemaCost } from './schema-cost';

/** What a value holds at one depth, as far as the time to check it depends on it. */
interface Level {
  values: number;
  /** Of texts. */
  characters: number;
  /** Comparisons when each list's items are compared with each other. */
  pairs: number;
}

/** A value's content by depth below the root. */
export type ArgumentSize = readonly Readonly<Level>[];

/** Measures a JSON value. The strict reader has bounded its depth. */
export function sizeOf(value: unknown): ArgumentSize {
  const levels: Level[] = [];
  measure(value, 0, levels);
  return levels;
}

/** Gives the number of values inside, the value itself included. */
function measure(value: unknown, depth: number, levels: Level[]): number {
  const level = (levels[depth] ??= { values: 0, characters: 0, pairs: 0 });
  level.values++;
  if (typeof value === 'string') level.characters += value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let inside = 1;
  if (Array.isArray(value)) {
    for (const item of value) inside += measure(item, depth + 1, levels);
    level.pairs += value.length * inside;
    return inside;
  }
  for (const key of Object.keys(value)) inside += measure((value as Record<string, unknown>)[key], depth + 1, levels);
  return inside;
}

/** Steps that one check may take: some tens of milliseconds. */
export const MAX_STEPS = 5_000_000;

/** Could the check of such a value by such a schema take more than {@link MAX_STEPS}? */
export function isTooMuch({ perValue, perCharacter, perPair }: SchemaCost, size: ArgumentSize): boolean {
  let steps = 0;
  for (const [depth, { values, characters, pairs }] of size.entries()) {
    steps += values * (perValue[depth] ?? 0) + characters * (perCharacter[depth] ?? 0) + pairs * (perPair[depth] ?? 0);
  }
  return steps > MAX_STEPS;
}
