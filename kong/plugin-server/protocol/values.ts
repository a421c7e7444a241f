import type { ResponseHeaders, SharedValue } from '../../pdk';
import type { MessageWriter } from './message-writer';
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

/** Field numbers of `google.protobuf.Value`, `ListValue`, `Struct` and its entries. */
const VALUE = { number: 2, text: 3, bool: 4, struct: 5, list: 6 } as const;
const ELEMENTS = 1;
const ENTRIES = 1;
const ENTRY = { key: 1, value: 2 } as const;

/** Writes the fields of a protobuf Value. @throws TypeError for a value that is not a shared one */
export function writeValue(writer: MessageWriter, value: SharedValue | readonly string[]): void {
  if (typeof value === 'string') writer.text(VALUE.text, value);
  else if (typeof value === 'number') writer.double(VALUE.number, value);
  else if (value === true) writer.integer(VALUE.bool, 1);
  else if (Array.isArray(value)) writeList(writer, value);
  else {
    const start = writer.beginMessage(VALUE.struct);
    writeStruct(writer, value as Readonly<Record<string, SharedValue>>);
    writer.endMessage(start);
  }
}

function writeList(writer: MessageWriter, list: readonly SharedValue[]): void {
  const start = writer.beginMessage(VALUE.list);
  for (const element of list) {
    const elementStart = writer.beginMessage(ELEMENTS);
    writeValue(writer, element);
    writer.endMessage(elementStart);
  }
  writer.endMessage(start);
}

/** Writes the fields of a protobuf Struct: a record of shared values, or headers. */
export function writeStruct(
  writer: MessageWriter,
  record: Readonly<Record<string, SharedValue>> | ResponseHeaders,
): void {
  for (const key of Object.keys(record)) {
    const entryStart = writer.beginMessage(ENTRIES);
    writer.text(ENTRY.key, key);
    const valueStart = writer.beginMessage(ENTRY.value);
    writeValue(writer, record[key] as SharedValue);
    writer.endMessage(valueStart);
    writer.endMessage(entryStart);
  }
}
