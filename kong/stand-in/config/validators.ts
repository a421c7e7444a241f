import { isTable, luaToString, type LuaValue } from '../lua/value';
import type { Field, PatternMatch } from './field';

/** A UUID as Kong recognizes it (`tools/uuid.lua`). */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Validator = (value: never, argument: never, match: PatternMatch) => string | undefined;

const failIf = (bad: boolean, message: string): string | undefined => (bad ? message : undefined);
const listed = (options: readonly LuaValue[]): string => options.map(luaToString).join(', ');

/** Kong's validators in Kong's order (`Schema.validators_order`). They return Kong's error message or undefined. */
const VALIDATORS: readonly [name: keyof Field, validator: Validator][] = [
  ['eq', (value: LuaValue, wanted: LuaValue) => failIf(value !== wanted, `value must be ${luaToString(wanted)}`)],
  ['ne', (value: LuaValue, other: LuaValue) => failIf(value === other, `value must not be ${luaToString(value)}`)],
  [
    'not_one_of',
    (value: LuaValue, options: readonly LuaValue[]) =>
      failIf(options.includes(value), `must not be one of: ${listed(options)}`),
  ],
  [
    'one_of',
    (value: LuaValue, options: readonly LuaValue[]) =>
      failIf(!options.includes(value), `expected one of: ${listed(options)}`),
  ],
  ['gt', (value: number, limit: number) => failIf(value <= limit, `value must be greater than ${limit}`)],
  ['uuid', (value: string) => failIf(!UUID.test(value), 'expected a valid UUID')],
  ['is_regex', (value: string) => failIf(!isRegex(value), `not a valid regex: ${value}`)],
  [
    'between',
    (value: number, [low = -Infinity, high = Infinity]: readonly number[]) =>
      failIf(value < low || value > high, `value should be between ${low} and ${high}`),
  ],
  ['len_eq', (value: LuaValue, length: number) => failIf(lengthOf(value) !== length, `length must be ${length}`)],
  ['len_min', (value: LuaValue, min: number) => failIf(lengthOf(value) < min, `length must be at least ${min}`)],
  ['len_max', (value: LuaValue, max: number) => failIf(lengthOf(value) > max, `length must be at most ${max}`)],
  ['starts_with', (value: string, start: string) => failIf(!value.startsWith(start), `should start with: ${start}`)],
  ['not_match', (value: string, pattern: string, match) => failIf(match(value, pattern), `invalid value: ${value}`)],
  [
    'match_none',
    (value: string, list: NonNullable<Field['match_none']>, match) =>
      list.find(({ pattern }) => match(value, pattern))?.err,
  ],
  ['match', (value: string, pattern: string, match) => failIf(!match(value, pattern), `invalid value: ${value}`)],
  [
    'match_all',
    (value: string, list: NonNullable<Field['match_all']>, match) =>
      list.find(({ pattern }) => !match(value, pattern))?.err,
  ],
  [
    'match_any',
    (value: string, { patterns, err }: NonNullable<Field['match_any']>, match) =>
      failIf(!patterns.some((pattern) => match(value, pattern)), err),
  ],
  [
    'contains',
    (value: readonly LuaValue[], wanted: LuaValue) =>
      failIf(!value.includes(wanted), `expected to contain: ${luaToString(wanted)}`),
  ],
  ['check', (value: LuaValue, check: NonNullable<Field['check']>) => check(value)],
];

/**
 * The message of the first validator that fails; undefined when all pass. The value must have the type of the field.
 */
export function checkValue(field: Field, value: LuaValue, match: PatternMatch): string | undefined {
  const declared: Field = field.type === 'string' ? { len_min: 1, ...field } : field;
  for (const [name, validator] of VALIDATORS) {
    const argument = declared[name];
    if (argument === undefined || (name === 'check' && field.type === 'record')) continue;
    const message = validator(value as never, argument as never, match);
    if (message !== undefined) return field.err ?? message;
  }
  return undefined;
}

function lengthOf(value: LuaValue): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isTable(value) ? Object.keys(value).length : 0;
}

function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
