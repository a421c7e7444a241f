import { isTable, type LuaTable, type LuaValue } from '../lua/value';
import { messageType } from './pluginsocket';

/**
 * Values between Lua and protobuf as `pb_rpc.lua` turns them, faults included: `false` is lost on the way in, null
 * comes in as the name that lua-protobuf gives to the enum's value, an empty table goes out as an empty struct.
 */

type Message = Readonly<Record<string, unknown>>;

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const text = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '');

/** `structpb_value` of pb_unwrap: what Lua gets for a `google.protobuf.Value`. */
export function fromValue(value: unknown): LuaValue {
  if (typeof value !== 'object' || value === null) return undefined;
  const message = value as Message;
  if (has(message, 'list_value')) return fromList(message['list_value']);
  if (has(message, 'struct_value')) return fromStruct(message['struct_value']);
  if (message['bool_value'] === true && has(message, 'bool_value')) return true;
  if (has(message, 'string_value')) return text(message['string_value']);
  if (has(message, 'number_value')) return message['number_value'] as number;
  if (has(message, 'null_value')) return message['null_value'] === 0 ? 'NULL_VALUE' : (message['null_value'] as number);
  return undefined;
}

const has = (message: Message, name: string): boolean => Object.hasOwn(message, name) && message[name] != null;

const fromList = (list: unknown): LuaValue[] => ((list as { values?: unknown[] }).values ?? []).map(fromValue);

/** `google.protobuf.Struct` as a table; members without a value are left out. */
export const fromStruct = (struct: unknown): LuaTable =>
  Object.fromEntries(
    ((struct as { fields?: { key: Uint8Array; value: unknown }[] }).fields ?? []).flatMap(({ key, value }) => {
      const member = fromValue(value);
      return member === undefined ? [] : [[text(key), member]];
    }),
  );

/** `structpb_value` of pb_wrap: the `google.protobuf.Value` for what Lua gave. */
export function toValue(value: LuaValue): Message {
  if (value === undefined || value === null) return { null_value: 1 };
  if (typeof value === 'boolean') return { bool_value: value };
  if (typeof value === 'number') return { number_value: value };
  if (typeof value === 'string') return { string_value: bytes(value) };
  if (value instanceof Uint8Array) return { string_value: value };
  if (Array.isArray(value) && value.length > 0) return { list_value: toList(value as LuaValue[]) };
  return { struct_value: toStruct(value) };
}

const toList = (list: readonly LuaValue[]): Message => ({ values: list.map(toValue) });

function toStruct(value: LuaValue): Message {
  const entries = isTable(value) ? Object.entries(value) : [];
  const present = entries.filter(([, member]) => member !== undefined && member !== null);
  return { fields: present.map(([key, member]) => ({ key: bytes(key), value: toValue(member) })) };
}

/** A message of Kong's own entities from its table: the fields that the message has, the others left out. */
export function toMessage(name: string, value: LuaValue): Message {
  if (!isTable(value)) return {};
  const fields = Object.values(messageType(name).fields);
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      const member = value[field.name];
      if (member === undefined || member === null) return [];
      const one = (element: LuaValue): unknown => {
        if (typeof element === 'string') return bytes(element);
        return isTable(element) ? toMessage(field.type, element) : element;
      };
      if (!field.repeated) return [[field.name, one(member)]];
      if (Array.isArray(member)) return [[field.name, (member as LuaValue[]).map(one)]];
      if (field.type !== 'NamedCapture' || !isTable(member)) return [];
      return [[field.name, Object.entries(member).map(([key, text]) => ({ key: bytes(key), value: one(text) }))]];
    }),
  );
}

/**
 * A table from a message of Kong's own entities; absent texts are "", absent lists empty, as lua-protobuf fills them.
 */
function fromMessage(name: string, message: unknown): LuaValue {
  if (typeof message !== 'object' || message === null) return undefined;
  return Object.fromEntries(
    Object.values(messageType(name).fields).map((field) => {
      const member = (message as Message)[field.name];
      const one = (element: unknown): LuaValue =>
        field.type === 'bytes' ? text(element) : ((element ?? 0) as LuaValue);
      return [field.name, field.repeated ? ((member ?? []) as unknown[]).map(one) : one(member)];
    }),
  );
}

/** The arguments that a PDK function gets for its decoded message (`pb_unwrap`). */
export function unwrap(type: string, message: Message): LuaValue[] {
  switch (type) {
    case 'Empty':
      return [];
    case 'ListValue':
      return fromList(message);
    case 'Struct':
      return [fromStruct(message)];
    case 'String':
    case 'ByteString':
      return [text(message['v'])];
    case 'KV':
      return [text(message['k']), fromValue(message['v'])];
    case 'Target':
      return [text(message['host']), message['port'] as number];
    case 'ExitArgs':
      return [
        message['status'] as number,
        text(message['body']),
        has(message, 'headers') ? fromStruct(message['headers']) : undefined,
      ];
    case 'ConsumerSpec':
      return [text(message['id']), message['by_username'] as boolean];
    case 'AuthenticateArgs':
      return [
        fromMessage('Consumer', message['consumer']),
        fromMessage('AuthenticatedCredential', message['credential']),
      ];
    default:
      return [message['v'] as LuaValue];
  }
}

/** The message for a result (`pb_wrap`); undefined where Kong answers an empty frame. */
export function wrap(type: string, value: LuaValue): Message | undefined {
  switch (type) {
    case 'Value':
      return toValue(value);
    case 'Struct':
      return toStruct(value);
    case 'String':
    case 'ByteString':
      return value === undefined || value === null ? {} : { v: typeof value === 'string' ? bytes(value) : value };
    case 'Bool':
    case 'Int':
    case 'Number':
      return value === undefined || value === null ? {} : { v: value };
    case 'Empty':
      return undefined;
    default:
      return value === undefined || value === null ? undefined : toMessage(type, value);
  }
}
