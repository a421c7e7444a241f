import type { Field, Fields } from './fields';

/** A field as Kong's schemas write it: the name is the only key of an object. */
export type KongField = Readonly<Record<string, KongFieldBody>>;

/** The body of a field: Kong's attributes, and the parts of a collection or record. */
export interface KongFieldBody {
  readonly type: Field['type'];
  readonly elements?: KongFieldBody;
  readonly keys?: KongFieldBody;
  readonly values?: KongFieldBody;
  readonly fields?: readonly KongField[];
  readonly [attribute: string]: unknown;
}

/** Kong's form of the declared fields (`kong/db/schema/metaschema.lua`): a list of single-key objects, in order. */
export function toKongFields(fields: Fields): KongField[] {
  return Object.entries(fields).map(([name, field]) => ({ [name]: { ...presence(field), ...toKongField(field) } }));
}

/** To Kong a record is required unless its schema says that it is not (`kong/db/schema/entity.lua`, make_records_required). */
const presence = ({ type }: Field): { readonly required?: false } => (type === 'record' ? { required: false } : {});

function toKongField({ type, attributes, elements, keys, values, fields }: Field): KongFieldBody {
  return {
    type,
    ...attributes,
    ...(elements && { elements: toKongField(elements) }),
    ...(keys && { keys: toKongField(keys) }),
    ...(values && { values: toKongField(values) }),
    ...(fields && { fields: toKongFields(fields) }),
  };
}
