import { parse } from 'protobufjs';

/**
 * The messages of Kong's plugin socket that the server uses, wire-compatible with `kong/include/kong/pluginsocket.proto`.
 *
 * Every text field is declared as bytes: Kong puts raw Lua strings into them, so a client's header may hold any byte,
 * and a runtime that checks UTF-8 would throw on it. A map is declared as the repeated entries that it is on the wire,
 * for the same reason.
 */
const definitions = parse(
  `
  syntax = "proto3";

  message CmdStartInstance { bytes name = 1; bytes config = 2; }
  message CmdCloseInstance { int32 instance_id = 1; }
  message CmdHandleEvent { int32 instance_id = 1; bytes event_name = 2; }
  message RpcCall {
    int64 sequence = 1;
    oneof call {
      CmdStartInstance cmd_start_instance = 33;
      CmdCloseInstance cmd_close_instance = 35;
      CmdHandleEvent cmd_handle_event = 36;
    }
  }

  message InstanceStatus { bytes name = 1; int32 instance_id = 2; Value config = 3; int64 started_at = 4; }
  message RpcReturn { int64 sequence = 1; InstanceStatus instance_status = 33; }

  message Value {
    oneof kind {
      int32 null_value = 1;
      double number_value = 2;
      bytes string_value = 3;
      bool bool_value = 4;
      Struct struct_value = 5;
      ListValue list_value = 6;
    }
  }
  message Struct { repeated Entry fields = 1; }
  message Entry { bytes key = 1; Value value = 2; }
  message ListValue { repeated Value values = 1; }

  message Text { bytes v = 1; }
  message Int { int32 v = 1; }
  message KV { bytes k = 1; Value v = 2; }
  message ExitArgs { int32 status = 1; bytes body = 2; Struct headers = 3; }
  message RawBodyResult { oneof kind { bytes content = 1; bytes body_filepath = 2; bytes error = 3; } }
  message Consumer { bytes id = 1; bytes username = 3; bytes custom_id = 4; repeated bytes tags = 5; }
  message AuthenticatedCredential { bytes id = 1; bytes consumer_id = 2; }
  message Service { bytes id = 1; bytes name = 4; }
  `,
  { keepCase: true },
).root;

/** A message type with the shape of its decoded form. Absent fields are absent, not defaults. */
interface MessageType<T> {
  encode(message: T): Buffer;
  /** @throws when the bytes are not such a message. */
  decode(bytes: Uint8Array): Partial<T>;
}

function messageType<T extends object>(name: string): MessageType<T> {
  const type = definitions.lookupType(name);
  return {
    encode: (message) => type.encode(message).finish() as Buffer,
    // Own fields only: the prototype holds a default for every absent one.
    decode: (bytes) => ({ ...(type.decode(bytes) as object) }),
  };
}

/** The bytes of a text; Kong does not promise UTF-8. */
export type Bytes = Uint8Array;

/** One field is set; in a decoded message look at own fields only, the prototype holds a default for the others. */
export interface Value {
  null_value?: number;
  number_value?: number;
  string_value?: Bytes;
  bool_value?: boolean;
  struct_value?: Struct;
  list_value?: { values: Value[] };
}

/** `google.protobuf.Struct`; a key that comes twice counts as it came last. */
export interface Struct {
  fields: { key: Bytes; value: Value }[];
}

/** What Kong asks for: one of the three commands. */
export interface RpcCall {
  /** A number, or a 64-bit object of the runtime; goes back into the answer as it came. */
  sequence: unknown;
  cmd_start_instance: { name?: Bytes; config?: Bytes };
  cmd_close_instance: { instance_id?: number };
  cmd_handle_event: { instance_id?: number; event_name?: Bytes };
}

/** What Kong is answered. */
export interface RpcReturn {
  sequence: unknown;
  instance_status?: { name: Bytes; instance_id: number; started_at: number };
}

/** The codecs, by what the messages are for. */
export const messages = {
  rpcCall: messageType<RpcCall>('RpcCall'),
  rpcReturn: messageType<RpcReturn>('RpcReturn'),
  value: messageType<Value>('Value'),
  struct: messageType<Struct>('Struct'),
  text: messageType<{ v: Bytes }>('Text'),
  int: messageType<{ v: number }>('Int'),
  keyValue: messageType<{ k: Bytes; v: Value }>('KV'),
  exitArgs: messageType<{ status: number; body: Bytes; headers: Struct }>('ExitArgs'),
  rawBody: messageType<{ content: Bytes; body_filepath: Bytes; error: Bytes }>('RawBodyResult'),
  consumer: messageType<{ id: Bytes; username: Bytes; custom_id: Bytes; tags: Bytes[] }>('Consumer'),
  credential: messageType<{ id: Bytes; consumer_id: Bytes }>('AuthenticatedCredential'),
  service: messageType<{ id: Bytes; name: Bytes }>('Service'),
};
