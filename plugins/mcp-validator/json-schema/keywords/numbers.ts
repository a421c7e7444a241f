import { type JsonObject, memberOf } from '../../../shared/json/json-object';
import { isMultipleOf, STEPS_OF_DECIMALS } from './multiple-of';
import type { SchemaNode } from './schema-node';

type Comparison = (value: number, limit: number) => boolean;

const LIMITS: readonly (readonly [keyword: string, sign: string, holds: Comparison])[] = [
  ['minimum', '>=', (value, limit) => value >= limit],
  ['maximum', '<=', (value, limit) => value <= limit],
  ['exclusiveMinimum', '>', (value, limit) => value > limit],
  ['exclusiveMaximum', '<', (value, limit) => value < limit],
];

/** The limits of numbers, and `multipleOf`. */
export function addNumberChecks(schema: JsonObject, node: SchemaNode): void {
  for (const [keyword, sign, holds] of LIMITS) {
    const limit = memberOf(schema, keyword);
    if (typeof limit !== 'number') continue;
    const problem = `must be ${sign} ${limit}`;
    node.number.push((value, run) => holds(value, limit) || run.fail(problem));
  }
  const step = memberOf(schema, 'multipleOf');
  if (typeof step !== 'number') return;
  const problem = `must be multiple of ${step}`;
  const isMultiple = isMultipleOf(step);
  const isWhole = Number.isSafeInteger(step);
  node.number.push((value, run) => {
    if (isWhole && Number.isSafeInteger(value)) return value % step === 0 || run.fail(problem);
    return (run.spend(STEPS_OF_DECIMALS) && isMultiple(value)) || run.fail(problem);
  });
}
