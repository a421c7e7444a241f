import type { Field, FieldRules, Fields } from '../pdk';
import { closest } from './closest';
import type { Finding, Path } from './finding';
import { isRecord } from './is-record';
import { fromLuaPattern } from './lua-pattern';
import { shownValue } from './shown-value';

const REFERENCE = /^\{vault:\/\/.+\}$/;

/** Is the value a reference to a secret, such as `{vault://env/redis-password}`? */
export const isReference = (value: unknown): boolean => typeof value === 'string' && REFERENCE.test(value);

/**
 * Everything that Kong would reject in a record of a configuration, as written in the file, without defaults. Never throws,
 * whatever the value contains.
 */
export function checkRecord(fields: Fields, value: unknown, path: Path): Finding[] {
  if (!isRecord(value))
    return [wrong(path, `expected a record, got ${shownValue(undefined, value)}`, 'write keys and values here')];
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  return [
    ...unknown.map((name) => unknownField(name, Object.keys(fields), [...path, name])),
    ...Object.entries(fields).flatMap(([name, field]) =>
      checkField(field, Object.hasOwn(value, name) ? value[name] : undefined, [...path, name]),
    ),
  ];
}

function unknownField(name: string, known: readonly string[], path: Path): Finding {
  const meant = closest(name, known);
  const fix = meant === undefined ? `remove it; available: ${known.join(', ')}` : `did you mean "${meant}"?`;
  return wrong(path, 'unknown field', fix);
}

function checkField(field: Field, value: unknown, path: Path): Finding[] {
  const rules = field.attributes as FieldRules;
  if (value === undefined || value === null) return checkMissing(field, rules, path);
  const expected = expectedType(field, value);
  if (expected !== undefined) {
    const isWord = field.type === 'string' && typeof value === 'boolean';
    const fix = `${fixFor(field, rules)}${isWord ? "; to Kong, on, off, yes and no are booleans unless in quotes: 'off'" : ''}`;
    return [wrong(path, `expected ${expected}, got ${shownValue(field, value)}`, fix)];
  }
  if (field.fields) return checkRecord(field.fields, value, path);
  const inner = checkMembers(field, value, path);
  if (inner.length > 0 || (rules.referenceable && isReference(value))) return inner;
  const problem = broken(field, rules, value);
  return problem === undefined ? [] : [wrong(path, `${shownValue(field, value)} ${problem}`, fixFor(field, rules))];
}

/** A required record is filled with the defaults of its fields, so only those without one are missing. */
function checkMissing({ fields }: Field, rules: FieldRules, path: Path): Finding[] {
  if (!rules.required || rules.default !== undefined) return [];
  return fields ? checkRecord(fields, {}, path) : [wrong(path, 'required, but missing', 'add it')];
}

function checkMembers({ elements, values }: Field, value: unknown, path: Path): Finding[] {
  if (elements && Array.isArray(value))
    return value.flatMap((one, index) => checkField(elements, one, [...path, index]));
  if (values && isRecord(value)) {
    return Object.entries(value).flatMap(([key, member]) => checkField(values, member, [...path, key]));
  }
  return [];
}

function expectedType({ type }: Field, value: unknown): string | undefined {
  switch (type) {
    case 'array':
    case 'set':
      return Array.isArray(value) || isEmpty(value) ? undefined : 'a list';
    case 'map':
      return isRecord(value) || isEmpty(value) ? undefined : 'a map of keys and values';
    case 'record':
      return isRecord(value) ? undefined : 'a record of keys and values';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'a whole number';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'string':
      return typeof value === 'string' ? undefined : 'a string';
  }
}

/** The rule that a value of the right type breaks. Kong rejects an empty string unless the field allows it. */
function broken({ type }: Field, rules: FieldRules, value: unknown): string | undefined {
  const {
    one_of: allowed,
    between,
    gt,
    len_min: shortest = type === 'string' ? 1 : 0,
    len_max: longest = Infinity,
  } = rules;
  if (allowed && !allowed.includes(value)) return `is not one of: ${allowed.join(', ')}`;
  if (typeof value === 'number') {
    if (between && (value < between[0] || value > between[1])) return `is not between ${between[0]} and ${between[1]}`;
    return gt !== undefined && value <= gt ? `is not greater than ${gt}` : undefined;
  }
  const length = typeof value === 'string' ? Buffer.byteLength(value) : Object.keys(value as object).length;
  if (length < shortest) return `is shorter than ${shortest}`;
  if (length > longest) return `is longer than ${longest}`;
  const { match } = rules;
  return match !== undefined && typeof value === 'string' && !fromLuaPattern(match).test(value)
    ? `does not match the Lua pattern ${match}`
    : undefined;
}

function fixFor({ type }: Pick<Field, 'type'>, rules: FieldRules): string {
  const { one_of: allowed, between, required, default: preset, len_min: shortest, len_max: longest } = rules;
  if (allowed) return `use one of: ${allowed.join(', ')}`;
  if (between) return `use a ${type === 'integer' ? 'whole number' : 'number'} from ${between[0]} to ${between[1]}`;
  if (preset !== undefined) return `leave it out for the default, ${JSON.stringify(preset)}`;
  const lengths = [shortest && `at least ${shortest}`, longest && `at most ${longest}`].filter(Boolean).join(' and ');
  if (lengths !== '') return `its length must be ${lengths}`;
  return required ? 'correct it' : 'correct it, or leave it out';
}

const wrong = (path: Path, problem: string, fix: string): Finding => ({ severity: 'error', path, problem, fix });

const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;
