import { canonicalJson } from '../canonical-json';
import type { Run } from './run';

/** Steps to look up a scalar, and to serialise a member or item. */
const STEPS_PER_SCALAR = 3;
const STEPS_PER_PART = 12;

/** True if no two items are equal. Takes time proportional to the list. */
export function areUnique(items: readonly unknown[], run: Run): boolean {
  if (items.length < 2) return true;
  const scalars = new Set<unknown>();
  const texts = new Set<string>();
  for (const item of items) {
    if (!run.spend(stepsOf(item))) return false;
    const isComposite = typeof item === 'object' && item !== null;
    const seen: Set<unknown> = isComposite ? texts : scalars;
    const value = isComposite ? canonicalJson(item) : item;
    if (seen.has(value)) return false;
    seen.add(value);
  }
  return true;
}

function stepsOf(item: unknown): number {
  if (typeof item === 'string') return STEPS_PER_SCALAR + (item.length >> 3);
  return typeof item === 'object' && item !== null ? stepsToWrite(item) : STEPS_PER_SCALAR;
}

function stepsToWrite(value: unknown): number {
  if (typeof value === 'string') return STEPS_PER_PART + (value.length >> 2);
  if (typeof value !== 'object' || value === null) return STEPS_PER_PART;
  let steps = STEPS_PER_PART;
  for (const key of Object.keys(value)) {
    steps += STEPS_PER_PART + (key.length >> 2) + stepsToWrite((value as Record<string, unknown>)[key]);
  }
  return steps;
}
