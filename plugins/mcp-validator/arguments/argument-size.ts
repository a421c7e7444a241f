import type { SchemaCost } from './schema-cost';

/** What a value holds at one depth, as far as the time to check it depends on it. */
interface Level {
  values: number;
  /** Of texts. */
  characters: number;
  /** Steps to write out the items of each list. */
  items: number;
}

/** A value's content by depth below the root. */
export type ArgumentSize = readonly Readonly<Level>[];

/** To write out a value, besides its characters. */
const STEPS_PER_VALUE = 8;

/** Measures a JSON value. The strict reader has bounded its depth. */
export function sizeOf(value: unknown): ArgumentSize {
  const levels: Level[] = [];
  measure(value, 0, levels);
  return levels;
}

/** Gives the steps to write the value out. */
function measure(value: unknown, depth: number, levels: Level[]): number {
  const level = (levels[depth] ??= { values: 0, characters: 0, items: 0 });
  level.values++;
  if (typeof value === 'string') {
    level.characters += value.length;
    return STEPS_PER_VALUE + value.length;
  }
  if (typeof value !== 'object' || value === null) return STEPS_PER_VALUE;
  let inside = STEPS_PER_VALUE;
  if (Array.isArray(value)) {
    for (const item of value) inside += measure(item, depth + 1, levels);
    level.items += inside;
    return inside;
  }
  for (const key of Object.keys(value)) {
    inside += key.length + measure((value as Record<string, unknown>)[key], depth + 1, levels);
  }
  return inside;
}

/** Steps that one check may take: some tens of milliseconds. */
export const MAX_STEPS = 5_000_000;

/** Could the check of such a value by such a schema take more than {@link MAX_STEPS}? */
export function isTooMuch({ perValue, perCharacter, perItem }: SchemaCost, size: ArgumentSize): boolean {
  let steps = 0;
  for (const [depth, { values, characters, items }] of size.entries()) {
    steps += values * (perValue[depth] ?? 0) + characters * (perCharacter[depth] ?? 0) + items * (perItem[depth] ?? 0);
  }
  return steps > MAX_STEPS;
}
