/**
 * Config fields: one declaration for Kong's schema, the defaults and the TypeScript type of a plugin's config.
 *
 * The attributes have Kong's names (`kong/db/schema/metaschema.lua`), so a declaration becomes part of the plugin's
 * description unchanged.
 */

interface Attributes<T> {
  /** Shown in the plugin's README and in Kong's schema. */
  readonly description: string;
  readonly required?: boolean;
  readonly default?: T;
}

interface StringAttributes<T extends string> extends Attributes<T> {
  readonly one_of?: readonly T[];
  readonly len_min?: number;
  readonly len_max?: number;
  /** A Lua pattern, not a regular expression. */
  readonly match?: string;
  /** The value may be a vault reference such as `{vault://env/redis-password}`. */
  readonly referenceable?: boolean;
  readonly encrypted?: boolean;
}

interface NumberAttributes extends Attributes<number> {
  readonly between?: readonly [number, number];
  /** Exclusive lower bound. */
  readonly gt?: number;
  readonly one_of?: readonly number[];
}

interface CollectionAttributes<T> extends Attributes<T> {
  readonly len_min?: number;
  readonly len_max?: number;
}

/** A field of Kong's schema; `T` and `Present` only serve the type of the config. */
export interface Field<T = unknown, Present extends boolean = boolean> {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'set' | 'map' | 'record';
  readonly attributes: Attributes<unknown>;
  /** Of an array or set. */
  readonly elements?: Field;
  /** Of a map. */
  readonly keys?: Field;
  readonly values?: Field;
  /** Of a record. */
  readonly fields?: Fields;
  /** Never set: carries the types. */
  readonly phantom?: { value: T; present: Present };
}

/** The attributes that restrict the value of any field (`kong/db/schema/init.lua`, Schema.validators). */
export interface FieldRules {
  readonly required?: boolean;
  readonly default?: unknown;
  readonly one_of?: readonly unknown[];
  readonly between?: readonly [number, number];
  readonly gt?: number;
  readonly len_min?: number;
  readonly len_max?: number;
  readonly match?: string;
  readonly referenceable?: boolean;
}

/** The fields of a config or record by name, in the order that Kong shows them. */
export type Fields = Readonly<Record<string, Field>>;

type IsPresent<A> = A extends { readonly required: true } | { readonly default: string | number | boolean | object }
  ? true
  : false;
type ValueOf<F> = F extends Field<infer T> ? T : never;
type PresentKeys<F extends Fields> = { [K in keyof F]: F[K] extends Field<unknown, true> ? K : never }[keyof F];

/** The config that a plugin receives: defaults are filled in, optional fields without a value are absent. */
export type ConfigOf<F extends Fields> = { readonly [K in PresentKeys<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, PresentKeys<F>>]?: ValueOf<F[K]>;
};

/** Creates fields. With `required` or a `default` the value is always present, otherwise it may be absent. */
export const field = {
  string: <const T extends string, const A extends StringAttributes<T>>(attributes: A & StringAttributes<T>) =>
    ({ type: 'string', attributes }) as Field<A extends { one_of: readonly (infer O)[] } ? O : string, IsPresent<A>>,

  integer: <const A extends NumberAttributes>(attributes: A) =>
    ({ type: 'integer', attributes }) as Field<number, IsPresent<A>>,

  number: <const A extends NumberAttributes>(attributes: A) =>
    ({ type: 'number', attributes }) as Field<number, IsPresent<A>>,

  boolean: <const A extends Attributes<boolean>>(attributes: A) =>
    ({ type: 'boolean', attributes }) as Field<boolean, IsPresent<A>>,

  array: <E extends Field, const A extends CollectionAttributes<readonly unknown[]>>(elements: E, attributes: A) =>
    ({ type: 'array', elements, attributes }) as Field<readonly ValueOf<E>[], IsPresent<A>>,

  set: <E extends Field, const A extends CollectionAttributes<readonly unknown[]>>(elements: E, attributes: A) =>
    ({ type: 'set', elements, attributes }) as Field<readonly ValueOf<E>[], IsPresent<A>>,

  map: <V extends Field, const A extends CollectionAttributes<object>>(values: V, attributes: A) =>
    ({ type: 'map', keys: mapKey, values, attributes }) as Field<Readonly<Record<string, ValueOf<V>>>, IsPresent<A>>,

  record: <F extends Fields, const A extends Attributes<object>>(fields: F, attributes: A) =>
    ({ type: 'record', fields, attributes }) as Field<ConfigOf<F>, IsPresent<A>>,
};

const mapKey: Field = { type: 'string', attributes: { description: 'The key of the entry', required: true } };
