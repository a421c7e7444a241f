import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { ACCEPTS_NUMBERS, isAccepted } from '../accepted-types';
import { listValues } from '../list-values';
import type { Run } from './run';
import type { Check, SchemaNode } from './schema-node';

/** `const` and `enum`. */
export function addConstantChecks(schema: JsonObject, node: SchemaNode): void {
  if (Object.hasOwn(schema, 'const')) {
    const value = schema['const'];
    node.any.push(isAmong([value], `must be equal to ${listValues([value])}`));
  }
  const values = memberOf(schema, 'enum');
  if (Array.isArray(values)) {
    node.any.push(isAmong(values, `must be equal to one of the allowed values: ${listValues(values)}`));
  }
}

/** The keyword of lenient schemas in place of an `enum` of numbers. */
export function addAcceptedNumbersCheck(schema: JsonObject, node: SchemaNode): void {
  const numbers = memberOf(schema, ACCEPTS_NUMBERS);
  if (!Array.isArray(numbers)) return;
  const allowed = new Set<unknown>(numbers);
  const problem = `must be equal to one of the allowed values: ${listValues(numbers)}`;
  node.any.push((value, run) => (isAccepted('number', value) && allowed.has(Number(value))) || run.fail(problem));
}

function isAmong(values: readonly unknown[], problem: string): Check {
  const scalars = new Set(values.filter((value) => typeof value !== 'object' || value === null));
  const composites = values.filter((value) => typeof value === 'object' && value !== null);
  const longest = Math.max(0, ...values.map((value) => (typeof value === 'string' ? value.length : 0)));
  return (value, run) => {
    if (typeof value === 'string') {
      return (value.length <= longest && run.spend(value.length >> 4) && scalars.has(value)) || run.fail(problem);
    }
    if (typeof value !== 'object' || value === null) return scalars.has(value) || run.fail(problem);
    return composites.some((constant) => areEqual(constant, value, run)) || run.fail(problem);
  };
}

/** True if two JSON values are equal. Takes as many steps as the smaller one has parts. */
function areEqual(a: unknown, b: unknown, run: Run): boolean {
  if (!run.spend(1)) return false;
  if (typeof a === 'string' && typeof b === 'string') {
    return a.length === b.length && run.spend(a.length >> 4) && a === b;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => areEqual(item, b[i], run));
  }
  if (!isJsonObject(a)) return a === b;
  if (!isJsonObject(b)) return false;
  const names = run.namesOf(a);
  return (
    run.namesOf(b).length === names.length &&
    names.every((name) => Object.hasOwn(b, name) && areEqual(a[name], b[name], run))
  );
}
