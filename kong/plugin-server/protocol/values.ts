import type { ResponseHeaders, SharedValue } from '../../pdk';
import type { Bytes, Struct, Value } from './messages';

/** How bytes are decoded: `latin1` keeps every byte, `utf8` is for texts that our own plugins wrote. */
export type TextEncoding = 'latin1' | 'utf8';

/** Text of a field, empty where it is absent; malformed UTF-8 is replaced. */
export function decodeText(bytes: Bytes | undefined, encoding: TextEncoding = 'utf8'): string {
  // The prototype of a decoded message has a plain array for an absent field.
  if (!bytes?.length) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}

/** The plain value of a decoded protobuf Value: records without a prototype, undefined for null and for nothing. */
export function fromValue(value: Partial<Value> | null | undefined, encoding: TextEncoding): unknown {
  // An entry of a struct may lack its value.
  if (!value) return undefined;
  if (Object.hasOwn(value, 'string_value')) return decodeText(value.string_value, encoding);
  if (Object.hasOwn(value, 'number_value')) return value.number_value;
  if (Object.hasOwn(value, 'bool_value')) return value.bool_value;
  if (value.struct_value) return fromStruct(value.struct_value, encoding);
  return value.list_value?.values.map((element) => fromValue(element, encoding));
}

/** The plain record of a protobuf Struct, without a prototype, because clients choose its keys. */
export function fromStruct(struct: Partial<Struct>, encoding: TextEncoding): Record<string, unknown> {
  const plain = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of struct.fields ?? []) plain[decodeText(key, encoding)] = fromValue(value, encoding);
  return plain;
}

/** The protobuf Value of a shared value. */
export function toValue(value: SharedValue): Value {
  if (typeof value === 'string') return { string_value: Buffer.from(value) };
  if (typeof value === 'number') return { number_value: value };
  if (value === true) return { bool_value: true };
  if (Array.isArray(value)) return { list_value: { values: value.map(toValue) } };
  return { struct_value: toStruct(value as Readonly<Record<string, SharedValue>>) };
}

/** The protobuf Struct of a record of shared values, or of headers. */
export function toStruct(record: Readonly<Record<string, SharedValue>> | ResponseHeaders): Struct {
  return {
    fields: Object.entries(record).map(([key, value]) => ({ key: Buffer.from(key), value: toValue(value) })),
  };
}
