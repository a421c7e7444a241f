import type { ResponseHeaders, SharedValue } from '../../pdk';
import type { MessageReader } from './message-reader';
import type { MessageWriter } from './message-writer';
import type { Bytes } from './messages';

/** How bytes are decoded: `latin1` keeps every byte, `utf8` is for texts that our own plugins wrote. */
export type TextEncoding = 'latin1' | 'utf8';

/** Text of a field, empty where it is absent; malformed UTF-8 is replaced. */
export function decodeText(bytes: Bytes | undefined, encoding: TextEncoding = 'utf8'): string {
  // The prototype of a decoded message has a plain array for an absent field.
  if (!bytes?.length) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}

/** Field numbers of `google.protobuf.Value`, `ListValue`, `Struct` and its entries. */
const VALUE = { number: 2, text: 3, bool: 4, struct: 5, list: 6 } as const;
const ELEMENTS = 1;
const ENTRIES = 1;
const ENTRY = { key: 1, value: 2 } as const;

/** Reads a protobuf Value: records without a prototype, undefined for null and for nothing. */
export function readValue(reader: MessageReader, encoding: TextEncoding): unknown {
  let value: unknown;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === VALUE.text) value = reader.text(encoding);
    else if (field === VALUE.number) value = reader.double();
    else if (field === VALUE.bool) value = reader.bool();
    else if (field === VALUE.struct) {
      const outerEnd = reader.enter();
      value = readStruct(reader, encoding);
      reader.leave(outerEnd);
    } else if (field === VALUE.list) {
      const outerEnd = reader.enter();
      value = readList(reader, encoding);
      reader.leave(outerEnd);
    } else reader.skip();
  }
  return value;
}

function readList(reader: MessageReader, encoding: TextEncoding): unknown[] {
  const list: unknown[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== ELEMENTS) {
      reader.skip();
      continue;
    }
    const outerEnd = reader.enter();
    list.push(readValue(reader, encoding));
    reader.leave(outerEnd);
  }
  return list;
}

/** Reads a protobuf Struct as a plain record, without a prototype, because clients choose its keys. */
export function readStruct(reader: MessageReader, encoding: TextEncoding): Record<string, unknown> {
  const plain = Object.create(null) as Record<string, unknown>;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === ENTRIES) readEntry(reader, encoding, plain);
    else reader.skip();
  }
  return plain;
}

function readEntry(reader: MessageReader, encoding: TextEncoding, into: Record<string, unknown>): void {
  const outerEnd = reader.enter();
  let key = '';
  let value: unknown;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === ENTRY.key) key = reader.text(encoding);
    else if (field === ENTRY.value) {
      const entryEnd = reader.enter();
      value = readValue(reader, encoding);
      reader.leave(entryEnd);
    } else reader.skip();
  }
  into[key] = value;
  reader.leave(outerEnd);
}

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

/** Writes the fields of a protobuf Value for `ngx.ctx`. Kong makes nil of false. */
export function writeContextValue(writer: MessageWriter, value: false | Uint8Array): void {
  if (value === false) writer.integer(VALUE.bool, 0);
  else writer.data(VALUE.text, value);
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
