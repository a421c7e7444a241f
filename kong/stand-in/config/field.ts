import type { LuaTable, LuaValue } from '../lua/value';

/**
 * A field of a schema with Kong's attributes (`db/schema/init.lua`), as external plugins describe their configuration
 * in JSON and as the stand-in declares Kong's entities. The fields of a record are objects with one key, like in Kong.
 */
export interface Field {
  readonly type: string;
  readonly required?: boolean;
  readonly default?: LuaValue;
  readonly elements?: Field;
  readonly keys?: Field;
  readonly values?: Field;
  readonly fields?: readonly Readonly<Record<string, Field>>[];
  readonly one_of?: readonly LuaValue[];
  readonly not_one_of?: readonly LuaValue[];
  readonly between?: readonly number[];
  readonly gt?: number;
  readonly eq?: LuaValue;
  readonly ne?: LuaValue;
  readonly len_eq?: number;
  readonly len_min?: number;
  readonly len_max?: number;
  readonly starts_with?: string;
  readonly contains?: LuaValue;
  /** Lua patterns. */
  readonly match?: string;
  readonly not_match?: string;
  readonly match_all?: readonly { readonly pattern: string; readonly err: string }[];
  readonly match_none?: readonly { readonly pattern: string; readonly err: string }[];
  readonly match_any?: { readonly patterns: readonly string[]; readonly err: string };
  readonly is_regex?: boolean;
  readonly uuid?: boolean;
  readonly referenceable?: boolean;
  /** Replaces the message of the validator. */
  readonly err?: string;
  readonly entity_checks?: readonly LuaTable[];
  /** A check in TypeScript for a function in Kong's schema: returns the error message, or undefined. */
  readonly check?: (value: LuaValue) => string | undefined;
  /** Shorthand fields: returns the fields that a value stands for. */
  readonly expand?: Readonly<Record<string, (value: LuaValue) => LuaTable>>;
}

/** The fields of a record by their names. */
export const fieldsOf = (record: Field): [name: string, field: Field][] =>
  (record.fields ?? []).flatMap((entry) => Object.entries(entry));

/** Tells whether a value matches a Lua pattern. */
export type PatternMatch = (value: string, pattern: string) => boolean;

const REFERENCE = /^\{vault:\/\/.+\}$/;

/** Whether a value is a vault reference such as `{vault://env/name}`. */
export const isReference = (value: LuaValue): value is string => typeof value === 'string' && REFERENCE.test(value);
