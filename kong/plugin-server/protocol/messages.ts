import { parse } from 'protobufjs';
import { definitions } from './definitions';

/** The messages of the PDK functions that the server calls, with the fields that it reads or writes. */
const { root } = parse(
  `
  ${definitions('int64')}
  message Text { bytes v = 1; }
  message Consumer { bytes id = 1; uint32 created_at = 2; bytes username = 3; bytes custom_id = 4; repeated bytes tags = 5; }
  message ConsumerSpec { bytes id = 1; bool by_username = 2; }
  message AuthenticateArgs { Consumer consumer = 1; AuthenticatedCredential credential = 2; }
  message Service { bytes id = 1; bytes name = 4; }
  `,
  { keepCase: true },
);

/** A message type with the shape of its decoded form. Absent fields are absent, not defaults. */
interface MessageType<T> {
  encode(message: T): Buffer;
  /** @throws when the bytes are not such a message. */
  decode(bytes: Uint8Array): Partial<T>;
}

function messageType<T extends object>(name: string): MessageType<T> {
  const type = root.lookupType(name);
  return {
    encode: (message) => type.encode(message).finish() as Buffer,
    // Own fields only: the prototype holds a default for every absent one.
    decode: (bytes) => ({ ...(type.decode(bytes) as object) }),
  };
}

/** The bytes of a text, which may not be valid UTF-8. */
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

/** `google.protobuf.Struct`; of a repeated key the last entry counts. */
export interface Struct {
  fields: { key: Bytes; value: Value }[];
}

/** The answer to a call; it repeats the call's number. */
export interface RpcReturn {
  sequence: number;
  instance_status?: { name: Bytes; instance_id: number; started_at: number };
}

/** A consumer of Kong; `created_at` in seconds since the epoch. */
interface Consumer {
  id: Bytes;
  created_at: number;
  username: Bytes;
  custom_id: Bytes;
  tags: Bytes[];
}

/** The codecs by message. */
export const messages = {
  rpcReturn: messageType<RpcReturn>('RpcReturn'),
  value: messageType<Value>('Value'),
  struct: messageType<Struct>('Struct'),
  text: messageType<{ v: Bytes }>('Text'),
  int: messageType<{ v: number }>('Int'),
  consumer: messageType<Consumer>('Consumer'),
  consumerSpec: messageType<{ id: Bytes; by_username: boolean }>('ConsumerSpec'),
  authenticateArgs: messageType<{ consumer?: Partial<Consumer>; credential?: { id: Bytes; consumer_id: Bytes } }>(
    'AuthenticateArgs',
  ),
  credential: messageType<{ id: Bytes; consumer_id: Bytes }>('AuthenticatedCredential'),
  service: messageType<{ id: Bytes; name: Bytes }>('Service'),
};
