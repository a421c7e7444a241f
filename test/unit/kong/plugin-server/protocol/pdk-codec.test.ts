import fc from 'fast-check';
import { Headers, proceed, read, reject, type Outcome, type KongRead } from '../../../../../kong/pdk';
import { encodeAnswer } from '../../../../../kong/plugin-server/protocol/event-answer';
import { FrameReader, OversizedFrame } from '../../../../../kong/plugin-server/protocol/frames';
import { decodeReply } from '../../../../../kong/plugin-server/protocol/pdk-codec';
import { ReadBatch } from '../../../../../kong/plugin-server/protocol/read-batch';
import { unwrap } from '../../../../../kong/stand-in/rpc/pb-values';
import { messageType, methods } from '../../../../../kong/stand-in/rpc/pluginsocket';

function framesOf(bytes: Buffer): Buffer[] {
  const reader = new FrameReader(bytes.length);
  reader.push(bytes);
  const frames: Buffer[] = [];
  for (let next = reader.next(); next; next = reader.next()) frames.push(next as Buffer);
  return frames;
}

/** Decodes calls as Kong does: the functions and the arguments that Lua receives. */
function callsOf(frames: readonly Buffer[]): unknown[] {
  const calls: unknown[] = [];
  for (let i = 0; i + 1 < frames.length; i += 2) {
    const name = String(frames[i]);
    const { input } = methods.get(name)!;
    calls.push([name, ...unwrap(input, messageType(input).decode(frames[i + 1]!))]);
  }
  return calls;
}

const reply = (type: string, message: object): Buffer => messageType(type).encode(message).finish() as Buffer;
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

describe('reads', () => {
  it('are sent as one batch of calls that Kong knows', () => {
    const batch = new ReadBatch([
      read.headers(),
      read.rawBody(),
      read.shared('mcp', (value) => value),
      read.requestId(),
      read.serviceName(),
    ]);
    expect(batch.size).toBe(5);
    expect(callsOf(framesOf(batch.bytes))).toEqual([
      ['kong.request.get_headers', 1000],
      ['kong.request.get_raw_body'],
      ['kong.ctx.shared.get', 'mcp'],
      ['kong.nginx.get_var', 'kong_request_id'],
      ['kong.router.get_service'],
    ]);
  });

  it.each<[string, KongRead<unknown>, Buffer, unknown]>([
    ['method', read.method(), reply('String', { v: text('POST') }), 'POST'],
    ['path of any bytes', read.path(), reply('String', { v: text('/\xff') }), '/\ufffd'],
    ['address', read.forwardedIp(), reply('String', { v: text('::1') }), '::1'],
    ['log entry', read.logEntry(), reply('String', { v: text('{"a":1}') }), { a: 1 }],
    ['variable that is not set', read.requestId(), Buffer.alloc(0), ''],
    ['shared value', read.shared('a', (value) => value), reply('Value', { number_value: 2 }), 2],
    ['shared value, none', read.shared('a', (value) => value), reply('Value', { null_value: 1 }), undefined],
    [
      'headers',
      read.headers(),
      reply('Struct', { fields: [{ key: text('x-bin'), value: { string_value: text('\xff') } }] }),
      Headers.from({ 'x-bin': '\xff' }),
    ],
    [
      'consumer',
      read.consumer(),
      reply('Consumer', { id: text('1'), username: text('ann'), tags: [text('gold')] }),
      { id: '1', username: 'ann', customId: '', tags: ['gold'] },
    ],
    ['no consumer', read.consumer(), Buffer.alloc(0), undefined],
    ['credential', read.credentialId(), reply('AuthenticatedCredential', { id: text('c') }), 'c'],
    ['service', read.serviceName(), reply('Service', { id: text('s'), name: text('calc') }), 'calc'],
    ['no service', read.serviceName(), Buffer.alloc(0), ''],
    [
      'body',
      read.rawBody(),
      reply('RawBodyResult', { content: text('\0\xff') }),
      { kind: 'bytes', bytes: text('\0\xff') },
    ],
    ['spilled body', read.rawBody(), reply('RawBodyResult', { body_filepath: text('/tmp/1') }), { kind: 'spilled' }],
    [
      'body that failed',
      read.rawBody(),
      reply('RawBodyResult', { error: text('no') }),
      { kind: 'failed', message: 'no' },
    ],
  ])('decode the reply: %s', (_, declared, bytes, fact) => {
    expect(declared.shape(decodeReply(declared, bytes))).toEqual(fact);
  });

  it.each(['', '0a00'])('decode an empty body as zero bytes (%s)', (hex) => {
    expect(decodeReply(read.rawBody(), Buffer.from(hex, 'hex'))).toMatchObject({ kind: 'bytes', bytes: { length: 0 } });
  });

  it('treat a body that is too long for a frame as spilled, and any other reply of that length as an error', () => {
    const oversized = new OversizedFrame(17, 16);
    expect(decodeReply(read.rawBody(), oversized)).toEqual({ kind: 'spilled' });
    expect(() => decodeReply(read.headers(), oversized)).toThrow('the reply to kong.request.get_headers is too long');
  });

  it('return the value of each reply in a batch, and fail for a missing or malformed reply', () => {
    const batch = new ReadBatch([read.method(), read.forwardedIp()]);
    const replies = [reply('String', { v: text('GET') }), reply('String', { v: text('::1') })];
    const whole = batch.repliesFrom(replies);
    expect([whole.valueAt(0), whole.valueAt(1)]).toEqual(['GET', '::1']);
    expect(() => batch.repliesFrom(replies.slice(1)).valueAt(1)).toThrow('no reply to read 1');
    expect(() => batch.repliesFrom([Buffer.of(0x0a, 9), replies[1]!]).valueAt(0)).toThrow();
  });

  it('are compiled once', () => {
    const reads = [read.method()];
    expect(ReadBatch.of(reads)).toBe(ReadBatch.of(reads));
  });
});

describe('an answer', () => {
  const sequence = 7;
  const end = [Buffer.alloc(0), reply('RpcReturn', { sequence })];

  it.each<[string, Outcome, unknown[], object]>([
    ['an outcome without effects', proceed(), [], { replies: 0, isExit: false }],
    [
      'every effect',
      proceed({
        share: { mcp: { list: [1, 'ü'], flag: true } },
        responseHeaders: { A: '1', B: ['2', '3'] },
        clearUpstreamHeaders: ['C'],
        upstreamHeaders: { D: 'd' },
      }),
      [
        ['kong.ctx.shared.set', 'mcp', { list: [1, '\xc3\xbc'], flag: true }],
        ['kong.response.set_headers', { A: '1', B: ['2', '3'] }],
        ['kong.service.request.set_headers', { C: [], D: 'd' }],
      ],
      { replies: 3, isExit: false },
    ],
    [
      'an exit, which gets no reply',
      reject({ status: 429, headers: { 'Retry-After': '3' }, body: 'nö', share: { why: 'x' } }),
      [
        ['kong.ctx.shared.set', 'why', 'x'],
        ['kong.response.exit', 429, 'n\xc3\xb6', { 'Retry-After': '3' }],
      ],
      { replies: 1, isExit: true },
    ],
  ])('encodes %s', (_, outcome, calls, rest) => {
    const { bytes, ...answer } = encodeAnswer(outcome, sequence);
    const frames = framesOf(bytes);
    expect(answer).toEqual(rest);
    expect(callsOf(frames.slice(0, 2 * calls.length))).toEqual(calls);
    expect(frames.slice(2 * calls.length)).toEqual(answer.isExit ? [] : end);
  });

  it('repeats the sequence number of the event', () => {
    fc.assert(
      fc.property(fc.nat(0x7fff_ffff), (number) => {
        const [, last] = framesOf(encodeAnswer(proceed(), number).bytes);
        expect(messageType('RpcReturn').decode(last!)).toMatchObject(number === 0 ? {} : { sequence: number });
      }),
      { numRuns: 30 },
    );
  });

  it('fails for a value that cannot be encoded', () => {
    expect(() => encodeAnswer(proceed({ share: { a: undefined as never } }), 1)).toThrow();
    expect(() => encodeAnswer(undefined as never, 1)).toThrow();
  });
});
