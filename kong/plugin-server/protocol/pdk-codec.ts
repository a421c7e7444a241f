import type { Authentication, KongRead, PdkEffect, PdkRead, RawBody } from '../../pdk';
import { frame, OversizedFrame } from './frames';
import { MessageReader } from './message-reader';
import type { MessageWriter } from './message-writer';
import { messages, type Bytes } from './messages';
import { decodeText, readStruct, readValue, writeContextValue, writeStruct, writeValue } from './values';

/** Encodes the argument and decodes the result of a read, as the service in Kong's .proto declares them. */
interface ReadCodec {
  readonly encode: (argument: KongRead<unknown>['argument']) => Bytes;
  readonly decode: (reply: Bytes) => unknown;
}

const nothing = new Uint8Array();
const noArgument = (): Bytes => nothing;
const textArgument: ReadCodec['encode'] = (argument) => messages.text.encode({ v: Buffer.from(String(argument)) });
const intArgument: ReadCodec['encode'] = (argument) => messages.int.encode({ v: Number(argument) });

const codecs: Readonly<Record<PdkRead, ReadCodec>> = {
  'kong.client.get_consumer': { encode: noArgument, decode: decodeConsumer },
  'kong.client.get_credential': {
    encode: noArgument,
    decode: (reply) => ({ id: decodeText(messages.credential.decode(reply).id) }),
  },
  'kong.client.load_consumer': {
    encode: (name) => messages.consumerSpec.encode({ id: Buffer.from(String(name)), by_username: true }),
    decode: decodeConsumer,
  },
  'kong.client.get_forwarded_ip': { encode: noArgument, decode: readText },
  'kong.ctx.shared.get': {
    encode: textArgument,
    decode: (reply) => readValue(new MessageReader(reply), 'utf8'),
  },
  'kong.log.serialize': { encode: noArgument, decode: readText },
  'kong.nginx.get_ctx': {
    encode: textArgument,
    decode: (reply) => readValue(new MessageReader(reply), 'utf8'),
  },
  'kong.nginx.get_var': { encode: textArgument, decode: readText },
  'kong.request.get_headers': {
    encode: intArgument,
    decode: (reply) => readStruct(new MessageReader(reply), 'latin1'),
  },
  'kong.request.get_method': { encode: noArgument, decode: readText },
  'kong.request.get_path': { encode: noArgument, decode: readText },
  'kong.request.get_raw_body': { encode: noArgument, decode: decodeRawBody },
  'kong.request.get_raw_query': { encode: noArgument, decode: readText },
  'kong.response.get_headers': {
    encode: intArgument,
    decode: (reply) => readStruct(new MessageReader(reply), 'latin1'),
  },
  'kong.response.get_status': { encode: noArgument, decode: (reply) => messages.int.decode(reply).v },
  'kong.service.response.get_raw_body': {
    encode: noArgument,
    decode: readBytes,
  },
  'kong.router.get_service': {
    encode: noArgument,
    decode: (reply) => {
      const { id, name } = messages.service.decode(reply);
      return { id: decodeText(id), name: decodeText(name) };
    },
  },
};

function decodeConsumer(reply: Bytes): unknown {
  // Most requests have no consumer.
  if (reply.length === 0) return undefined;
  const { id, username, custom_id, tags, created_at } = messages.consumer.decode(reply);
  return {
    id: decodeText(id),
    username: decodeText(username),
    custom_id: decodeText(custom_id),
    tags: tags?.map((tag) => decodeText(tag)),
    created_at,
  };
}

/** Field of the messages with one field. */
const V = 1;

function readText(reply: Bytes): string {
  const reader = new MessageReader(reply);
  let text = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === V) text = reader.text('utf8');
    else reader.skip();
  }
  return text;
}

function readBytes(reply: Bytes): Bytes {
  const reader = new MessageReader(reply);
  // No bytes are an empty message on the wire.
  let bytes: Bytes = nothing;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === V) bytes = reader.data();
    else reader.skip();
  }
  return bytes;
}

/** Fields of the message `RawBodyResult`. */
const RAW_BODY = { content: 1, path: 2, error: 3 } as const;

function decodeRawBody(reply: Bytes): RawBody {
  const reader = new MessageReader(reply);
  // An empty body is an empty message on the wire.
  let body: RawBody = { kind: 'bytes', bytes: nothing };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === RAW_BODY.content) body = { kind: 'bytes', bytes: reader.data() };
    else if (field === RAW_BODY.path) body = reader.data().length > 0 ? { kind: 'spilled' } : body;
    else if (field === RAW_BODY.error) {
      const message = reader.text('utf8');
      if (message !== '') body = { kind: 'failed', message };
    } else reader.skip();
  }
  return body;
}

/** The frames that ask Kong for a fact: the operation's name and its argument. */
export const encodeRead = ({ method, argument }: KongRead<unknown>): Buffer =>
  Buffer.concat([frame(Buffer.from(method)), frame(codecs[method].encode(argument))]);

/**
 * The plain value in Kong's reply.
 *
 * @throws when the reply is not the message that Kong's service declares, or is too long; a request body that is too long
 * counts as spilled, and the body of an answer as absent
 */
export function decodeReply({ method }: KongRead<unknown>, reply: Bytes | OversizedFrame): unknown {
  if (!(reply instanceof OversizedFrame)) return codecs[method].decode(reply);
  if (method === 'kong.request.get_raw_body') return { kind: 'spilled' } satisfies RawBody;
  if (method === 'kong.service.response.get_raw_body') return undefined;
  throw new Error(`the reply to ${method} is too long: ${String(reply)}`);
}

const methodFrames = new Map<PdkEffect['method'], Buffer>();

/** The frame of an effect's name: the same bytes each time. */
function methodFrame(method: PdkEffect['method']): Buffer {
  const known = methodFrames.get(method) ?? frame(Buffer.from(method));
  methodFrames.set(method, known);
  return known;
}

/** Writes the frames that make Kong carry out an effect: the operation's name and its arguments. */
export function writeEffect(writer: MessageWriter, effect: PdkEffect): void {
  writer.raw(methodFrame(effect.method));
  const start = writer.beginFrame();
  writeArguments(writer, effect);
  writer.endFrame(start);
}

/** Fields of the messages `AuthenticateArgs`, `Consumer` and `AuthenticatedCredential`. */
const AUTHENTICATE = { consumer: 1, credential: 2 } as const;
const CONSUMER = { id: 1, createdAt: 2, username: 3, customId: 4, tag: 5 } as const;
const CREDENTIAL = { id: 1, consumerId: 2 } as const;

/** Fields of the messages `KV` and `ExitArgs`. */
const KEY_VALUE = { key: 1, value: 2 } as const;
const EXIT = { status: 1, body: 2, headers: 3 } as const;

function writeArguments(writer: MessageWriter, effect: PdkEffect): void {
  switch (effect.method) {
    case 'kong.client.authenticate':
      writeAuthentication(writer, effect);
      break;
    case 'kong.ctx.shared.set': {
      writer.text(KEY_VALUE.key, effect.key);
      const start = writer.beginMessage(KEY_VALUE.value);
      writeValue(writer, effect.value);
      writer.endMessage(start);
      break;
    }
    case 'kong.nginx.set_ctx': {
      writer.text(KEY_VALUE.key, effect.key);
      const start = writer.beginMessage(KEY_VALUE.value);
      writeContextValue(writer, effect.value);
      writer.endMessage(start);
      break;
    }
    case 'kong.response.set_status':
      writer.integer(V, effect.status);
      break;
    case 'kong.response.set_headers':
    case 'kong.service.request.set_headers':
      writeStruct(writer, effect.headers);
      break;
    case 'kong.response.clear_header':
    case 'kong.service.request.clear_header':
      writer.text(V, effect.name);
      break;
    case 'kong.service.request.set_raw_body':
      writer.data(V, effect.body);
      break;
    case 'kong.response.exit': {
      writer.integer(EXIT.status, effect.status);
      writer.data(EXIT.body, effect.body);
      const start = writer.beginMessage(EXIT.headers);
      writeStruct(writer, effect.headers);
      writer.endMessage(start);
    }
  }
}

/** Absent texts stay absent: Kong would get an empty one, which is true in Lua. */
function writeAuthentication(writer: MessageWriter, { consumer, credential }: Authentication): void {
  if (consumer) {
    const start = writer.beginMessage(AUTHENTICATE.consumer);
    writer.text(CONSUMER.id, consumer.id);
    if (consumer.createdAt !== undefined) writer.integer(CONSUMER.createdAt, consumer.createdAt);
    writer.text(CONSUMER.username, consumer.username);
    if (consumer.customId !== '') writer.text(CONSUMER.customId, consumer.customId);
    for (const tag of consumer.tags) writer.text(CONSUMER.tag, tag);
    writer.endMessage(start);
  }
  if (!credential) return;
  const start = writer.beginMessage(AUTHENTICATE.credential);
  writer.text(CREDENTIAL.id, credential.id);
  writer.text(CREDENTIAL.consumerId, credential.consumerId);
  writer.endMessage(start);
}
