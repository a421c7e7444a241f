import type { LuaTable, LuaValue } from '../lua/value';

/**
 * A field of a schema in Kong's own words (`db/schema/init.lua`), as an external plugin describes its configuration in
 * JSON and as the stand-in declares Kong's entities. A record lists its fields in Kong's form: objects of one key.
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
  /** Said instead of the validator's own words. */
  readonly err?: string;
  readonly entity_checks?: readonly LuaTable[];
  /** What the stand-in checks in TypeScript where Kong has a function: the complaint, undefined when the value is fine. */
  readonly check?: (value: LuaValue) => string | undefined;
  /** A value in short form: the fields that it stands for. */
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
