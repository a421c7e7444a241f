import type { LuaTable, LuaValue } from '../lua/value';
import { isTable } from '../lua/value';
import type { Complaint } from './complaint';
import { runEntityChecks } from './entity-checks';
import { fieldsOf, isReference, type Field, type PatternMatch } from './field';
import { fillRecord } from './fill';
import { checkValue } from './validators';

/**
 * All errors of a record, as `Schema:validate` finds them; empty when Kong would accept it. Expects the input without
 * defaults. Never throws.
 */
export function validateRecord(record: Field, input: LuaTable, path: string, match: PatternMatch): Complaint[] {
  const fields = new Map(fieldsOf(record));
  const filled = fillRecord(record, input);
  const complaints: Complaint[] = [];
  for (const name of new Set([...Object.keys(filled), ...fields.keys()])) {
    const field = fields.get(name);
    const at = path === '' ? name : `${path}.${name}`;
    if (!field) complaints.push({ path: at, message: 'unknown field' });
    else complaints.push(...validateField(field, filled[name], at, match));
  }
  const problem = record.check?.(filled);
  if (problem !== undefined) complaints.push({ path, message: problem });
  const validate = (field: Field, value: LuaValue) => validateField(field, value, '', match);
  complaints.push(...runEntityChecks(record, filled, path, validate));
  return complaints;
}

/** All errors of one value. */
function validateField(field: Field, value: LuaValue, path: string, match: PatternMatch): Complaint[] {
  if (value === undefined || value === null) {
    return field.required ? [{ path, message: 'required field missing' }] : [];
  }
  if (field.eq === null) return [{ path, message: field.err ?? 'value must be null' }];
  const wrongType = typeComplaint(field, value);
  if (wrongType !== undefined) return [{ path, message: wrongType }];
  const inner = validateInner(field, value, path, match);
  if (inner.length > 0) return inner;
  if (field.type === 'string' && field.referenceable && isReference(value)) return [];
  const message = checkValue(field, value, match);
  return message === undefined ? [] : [{ path, message }];
}

function validateInner(field: Field, value: LuaValue, path: string, match: PatternMatch): Complaint[] {
  if (field.type === 'record') return validateRecord(field, value as LuaTable, path, match);
  if (field.type === 'array' || field.type === 'set') {
    const elements = { ...(field.elements ?? { type: 'any' }), required: true };
    return (value as LuaValue[]).flatMap((element, index) =>
      validateField(elements, element, `${path}[${index + 1}]`, match),
    );
  }
  if (field.type !== 'map') return [];
  return Object.entries(value as LuaTable).flatMap(([key, member]) => [
    ...validateField({ type: 'string', ...field.keys, required: true }, key, `${path}.${key}`, match),
    ...validateField({ type: 'any', ...field.values, required: true }, member, `${path}.${key}`, match),
  ]);
}

const isList = (value: LuaValue): boolean =>
  Array.isArray(value) || (isTable(value) && Object.keys(value).length === 0);

function typeComplaint(field: Field, value: LuaValue): string | undefined {
  switch (field.type) {
    case 'array':
      return Array.isArray(value) ? undefined : 'expected an array';
    case 'set':
      return Array.isArray(value) ? undefined : 'expected a set';
    case 'map':
      return isTable(value) || isList(value) ? undefined : 'expected a map';
    case 'record':
      return isTable(value) ? undefined : 'expected a record';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'expected an integer';
    case 'number':
      return typeof value === 'number' ? undefined : 'expected a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'expected a boolean';
    case 'string':
    case 'foreign':
      return typeof value === 'string' ? undefined : 'expected a string';
    case 'any':
      return undefined;
    default:
      return `invalid type: ${field.type}`;
  }
}
