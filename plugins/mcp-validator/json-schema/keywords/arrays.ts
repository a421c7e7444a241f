import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import type { CompileContext } from './compile-context';
import type { Check, SchemaNode, Trial } from './schema-node';
import { areUnique } from './unique-items';

/** The keywords of arrays, except `unevaluatedItems`. */
export function addArrayChecks(schema: JsonObject, node: SchemaNode, context: CompileContext): void {
  const min = memberOf(schema, 'minItems');
  if (typeof min === 'number') {
    const problem = `must NOT have fewer than ${min} items`;
    node.array.push((items, run) => items.length >= min || run.fail(problem));
  }
  const max = memberOf(schema, 'maxItems');
  if (typeof max === 'number') {
    const problem = `must NOT have more than ${max} items`;
    node.array.push((items, run) => items.length <= max || run.fail(problem));
  }
  addItemsCheck(schema, node, context);
  addContainsCheck(schema, node, context);
  if (memberOf(schema, 'uniqueItems') === true) {
    node.array.push((items, run) => areUnique(items, run) || run.fail('must NOT have duplicate items'));
  }
}

/** One schema for each of the first items, and one for the rest: 2020-12 uses other keywords than older drafts. */
function addItemsCheck(schema: JsonObject, node: SchemaNode, { dialect, trialOf }: CompileContext): void {
  const items = memberOf(schema, 'items');
  const isNew = dialect === '2020-12';
  const tuple = isNew ? memberOf(schema, 'prefixItems') : items;
  const first: readonly Trial[] = Array.isArray(tuple) ? tuple.map(trialOf) : [];
  const others = isNew || !Array.isArray(items) ? items : memberOf(schema, 'additionalItems');
  const rest = isSchema(others) ? trialOf(others) : undefined;
  if (first.length === 0 && !rest) return;
  const tooMany = others === false ? `must NOT have more than ${first.length} items` : undefined;
  node.array.push((list, run, evaluated) => {
    const end = rest ? list.length : Math.min(first.length, list.length);
    if (tooMany !== undefined && list.length > first.length) return run.fail(tooMany);
    for (let i = 0; i < end; i++) {
      const trial = i < first.length ? first[i] : rest;
      if (trial && !trial.accepts(list[i], run, undefined)) return run.inside(i);
    }
    evaluated?.addItemsBefore(end);
    return true;
  });
}

/** In 2020-12 an item that matches `contains` counts as evaluated. */
function addContainsCheck(schema: JsonObject, node: SchemaNode, { dialect, trialOf }: CompileContext): void {
  const wanted = memberOf(schema, 'contains');
  if (!isSchema(wanted)) return;
  const trial = trialOf(wanted);
  const isOld = dialect === 'draft-07';
  const min = numberOr(isOld ? 1 : memberOf(schema, 'minContains'), 1);
  const max = numberOr(isOld ? undefined : memberOf(schema, 'maxContains'), Infinity);
  const check: Check<readonly unknown[]> = (items, run, evaluated) => {
    const recorded = dialect === '2020-12' ? evaluated : undefined;
    let count = 0;
    for (const [i, item] of items.entries()) {
      if (count >= min && max === Infinity && !recorded) return true;
      if (!trial.accepts(item, run, undefined)) continue;
      count++;
      recorded?.addItem(i);
    }
    if (count < min) return run.fail(`must contain at least ${min} valid item(s)`);
    return count <= max || run.fail(`must contain at most ${max} valid item(s)`);
  };
  node.array.push(check);
}

const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isJsonObject(value);
const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other);
