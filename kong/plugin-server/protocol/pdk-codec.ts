import type { Authentication, KongRead, PdkEffect, PdkRead, RawBody } from '../../pdk';
import { frame, OversizedFrame } from './frames';
import { messages, type Bytes } from './messages';
import { fromStruct, fromValue, decodeText, toStruct, toValue } from './values';

/** Encodes the argument and decodes the result of a read, as the service in Kong's .proto declares them. */
interface ReadCodec {
  readonly encode: (argument: KongRead<unknown>['argument']) => Bytes;
  readonly decode: (reply: Bytes) => unknown;
}

const nothing = new Uint8Array();
const noArgument = (): Bytes => nothing;
const textArgument: ReadCodec['encode'] = (argument) => messages.text.encode({ v: Buffer.from(String(argument)) });
const intArgument: ReadCodec['encode'] = (argument) => messages.int.encode({ v: Number(argument) });
const textReply: ReadCodec['decode'] = (reply) => decodeText(messages.text.decode(reply).v);

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
  'kong.client.get_forwarded_ip': { encode: noArgument, decode: textReply },
  'kong.ctx.shared.get': {
    encode: textArgument,
    decode: (reply) => fromValue(messages.value.decode(reply), 'utf8'),
  },
  'kong.log.serialize': { encode: noArgument, decode: textReply },
  'kong.nginx.get_var': { encode: textArgument, decode: textReply },
  'kong.request.get_headers': {
    encode: intArgument,
    decode: (reply) => fromStruct(messages.struct.decode(reply), 'latin1'),
  },
  'kong.request.get_method': { encode: noArgument, decode: textReply },
  'kong.request.get_path': { encode: noArgument, decode: textReply },
  'kong.request.get_raw_body': { encode: noArgument, decode: decodeRawBody },
  'kong.request.get_raw_query': { encode: noArgument, decode: textReply },
  'kong.router.get_service': {
    encode: noArgument,
    decode: (reply) => {
      const { id, name } = messages.service.decode(reply);
      return { id: decodeText(id), name: decodeText(name) };
    },
  },
};

function decodeConsumer(reply: Bytes): unknown {
  const { id, username, custom_id, tags, created_at } = messages.consumer.decode(reply);
  return {
    id: decodeText(id),
    username: decodeText(username),
    custom_id: decodeText(custom_id),
    tags: tags?.map((tag) => decodeText(tag)),
    created_at,
  };
}

function decodeRawBody(reply: Bytes): RawBody {
  const { content, body_filepath, error } = messages.rawBody.decode(reply);
  if (body_filepath?.length) return { kind: 'spilled' };
  if (error?.length) return { kind: 'failed', message: decodeText(error) };
  // An empty body is an empty message on the wire.
  return { kind: 'bytes', bytes: content ?? nothing };
}

/** The frames that ask Kong for a fact: the operation's name and its argument. */
export const encodeRead = ({ method, argument }: KongRead<unknown>): Buffer =>
  Buffer.concat([frame(Buffer.from(method)), frame(codecs[method].encode(argument))]);

/**
 * The plain value in Kong's reply.
 *
 * @throws when the reply is not the message that Kong's service declares, or is too long; a body that is too long counts
 * as spilled
 */
export function decodeReply({ method }: KongRead<unknown>, reply: Bytes | OversizedFrame): unknown {
  if (!(reply instanceof OversizedFrame)) return codecs[method].decode(reply);
  if (method === 'kong.request.get_raw_body') return { kind: 'spilled' } satisfies RawBody;
  throw new Error(`the reply to ${method} is too long: ${String(reply)}`);
}

const methodFrames = new Map<PdkEffect['method'], Buffer>();

/** The frame of an effect's name: the same bytes each time. */
function methodFrame(method: PdkEffect['method']): Buffer {
  const known = methodFrames.get(method) ?? frame(Buffer.from(method));
  methodFrames.set(method, known);
  return known;
}

/** The frames that make Kong carry out an effect: the operation's name and its arguments. */
export const encodeEffect = (effect: PdkEffect): [Buffer, Buffer] => [
  methodFrame(effect.method),
  frame(encodeArguments(effect)),
];

function encodeArguments(effect: PdkEffect): Bytes {
  switch (effect.method) {
    case 'kong.client.authenticate':
      return encodeAuthentication(effect);
    case 'kong.ctx.shared.set':
      return messages.keyValue.encode({ k: Buffer.from(effect.key), v: toValue(effect.value) });
    case 'kong.response.set_headers':
    case 'kong.service.request.set_headers':
      return messages.struct.encode(toStruct(effect.headers));
    case 'kong.service.request.clear_header':
      return messages.text.encode({ v: Buffer.from(effect.name) });
    case 'kong.service.request.set_raw_body':
      return messages.text.encode({ v: effect.body });
    case 'kong.response.exit':
      return messages.exitArgs.encode({
        status: effect.status,
        body: effect.body,
        headers: toStruct(effect.headers),
      });
  }
}

/** Absent texts stay absent: Kong would get an empty one, which is true in Lua. */
function encodeAuthentication({ consumer, credential }: Authentication): Bytes {
  return messages.authenticateArgs.encode({
    ...(consumer && {
      consumer: {
        id: Buffer.from(consumer.id),
        username: Buffer.from(consumer.username),
        tags: consumer.tags.map((tag) => Buffer.from(tag)),
        ...(consumer.customId !== '' && { custom_id: Buffer.from(consumer.customId) }),
        ...(consumer.createdAt !== undefined && { created_at: consumer.createdAt }),
      },
    }),
    ...(credential && {
      credential: { id: Buffer.from(credential.id), consumer_id: Buffer.from(credential.consumerId) },
    }),
  });
}
