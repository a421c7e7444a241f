import { isTable, type LuaTable, type LuaValue } from '../lua/value';
import { messageType } from './pluginsocket';

/**
 * Converts values between Lua and protobuf like `pb_rpc.lua`, including its errors: a received `false` is lost, a
 * received null becomes the name of the enum value, and an empty table is sent as an empty struct.
 */

type Message = Readonly<Record<string, unknown>>;

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const text = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '');

/** Converts a received `google.protobuf.Value` to a Lua value (`structpb_value` in pb_unwrap). */
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

/** Converts a received `google.protobuf.Struct` to a table without the members that have no value. */
export const fromStruct = (struct: unknown): LuaTable =>
  Object.fromEntries(
    ((struct as { fields?: { key: Uint8Array; value: unknown }[] }).fields ?? []).flatMap(({ key, value }) => {
      const member = fromValue(value);
      return member === undefined ? [] : [[text(key), member]];
    }),
  );

/** Converts a Lua value to a `google.protobuf.Value` (`structpb_value` in pb_wrap). */
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

/** Converts a table to a message about an entity of Kong; fields that the message does not define are dropped. */
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
 * Converts a message about an entity of Kong to a table. An absent string becomes "", an absent list an empty list, like
 * in lua-protobuf.
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

/** The arguments of a PDK function from its decoded message (`pb_unwrap`). */
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

/** The message for the result of a PDK function (`pb_wrap`); undefined when Kong returns an empty frame. */
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
