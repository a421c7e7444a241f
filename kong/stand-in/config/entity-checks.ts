import { isTable, type LuaTable, type LuaValue } from '../lua/value';
import type { Complaint } from './complaint';
import { fieldsOf, type Field } from './field';

/** Validates one value against a field, without a path. */
type ValidateValue = (field: Field, value: LuaValue) => readonly Complaint[];

/** Kong's rules about several fields of a record (`Schema.entity_checkers`), as far as JSON can express them. */
type Checker = (entity: LuaTable, argument: never, record: Field, validate: ValidateValue) => string | undefined;

interface Conditional {
  readonly if_field: string;
  readonly if_match: Partial<Field>;
  readonly then_field: string;
  readonly then_match: Partial<Field> & { readonly required?: boolean };
  readonly then_err?: string;
}

const CHECKERS: Readonly<Record<string, Checker>> = {
  at_least_one_of: (entity, names: readonly string[]) =>
    countPresent(entity, names) > 0 ? undefined : `at least one of these fields must be non-empty: ${quoted(names)}`,

  only_one_of: (entity, names: readonly string[]) =>
    countPresent(entity, names) === 1 ? undefined : `exactly one of these fields must be non-empty: ${quoted(names)}`,

  distinct: (entity, names: readonly string[]) => {
    const values = names.map((name) => at(entity, name)).filter(isPresent);
    return new Set(values).size === values.length
      ? undefined
      : `values of these fields must be distinct: ${quoted(names)}`;
  },

  mutually_required: (entity, names: readonly string[]) =>
    [0, names.length].includes(countPresent(entity, names))
      ? undefined
      : `all or none of these fields must be set: ${quoted(names)}`,

  mutually_exclusive: (entity, names: readonly string[]) =>
    countPresent(entity, names) <= 1 ? undefined : `only one or none of these fields must be set: ${quoted(names)}`,

  conditional: (entity, rule: Conditional, record, validate) => {
    const condition = { ...fieldAt(record, rule.if_field), ...rule.if_match };
    const value = at(entity, rule.if_field);
    if (!isPresent(value) || validate(condition, value).length > 0) return undefined;
    const consequence = { ...fieldAt(record, rule.then_field), ...rule.then_match };
    const [problem] = validate(consequence, at(entity, rule.then_field));
    if (!problem) return undefined;
    return (
      rule.then_err ??
      `failed conditional validation given value of field '${rule.if_field}' (${rule.then_field}: ${problem.message})`
    );
  },
};

/** The errors that the rules of a record find in an entity with defaults. Unknown rules are not checked. */
export function runEntityChecks(record: Field, entity: LuaTable, path: string, validate: ValidateValue): Complaint[] {
  return (record.entity_checks ?? []).flatMap((rule) =>
    Object.entries(rule).flatMap(([name, argument]) => {
      const message = CHECKERS[name]?.(entity, argument as never, record, validate);
      return message === undefined ? [] : [{ path, message }];
    }),
  );
}

function at(entity: LuaTable, name: string): LuaValue {
  return name
    .split('.')
    .reduce<LuaValue>((value, key) => (isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined), entity);
}

function fieldAt(record: Field, name: string): Field {
  return name.split('.').reduce<Field>((field, key) => new Map(fieldsOf(field)).get(key) ?? { type: 'any' }, record);
}

const isPresent = (value: LuaValue): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  !(typeof value === 'object' && Object.keys(value).length === 0);

const countPresent = (entity: LuaTable, names: readonly string[]): number =>
  names.filter((name) => isPresent(at(entity, name))).length;

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
