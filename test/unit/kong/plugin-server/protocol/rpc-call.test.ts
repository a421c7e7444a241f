import fc from 'fast-check';
import { parse } from 'protobufjs';
import { definitions } from '../../../../../kong/plugin-server/protocol/definitions';
import { MessageReader } from '../../../../../kong/plugin-server/protocol/message-reader';
import { MessageWriter } from '../../../../../kong/plugin-server/protocol/message-writer';
import { readCall } from '../../../../../kong/plugin-server/protocol/rpc-call';

/** The oracle: the calls as a Protocol Buffers library encodes them. */
const call = parse(definitions('int64'), { keepCase: true }).root.lookupType('RpcCall');
const encoded = (message: object): Uint8Array => call.encode(message).finish();
const bytes = (text: string): Buffer => Buffer.from(text);
/** Kong counts its calls with a Lua number, which is exact up to 2^53. */
const sequence = fc.oneof(fc.nat(), fc.maxSafeNat());
const id = fc.nat(2 ** 31 - 1);

it('reads each command of Kong', () => {
  fc.assert(
    fc.property(sequence, id, fc.string({ unit: 'binary' }), fc.string(), (number, instance, name, text) => {
      const at = { sequence: number };
      expect([
        readCall(encoded({ ...at, cmd_handle_event: { instance_id: instance, event_name: bytes(text) } })),
        readCall(encoded({ ...at, cmd_close_instance: { instance_id: instance } })),
        readCall(encoded({ ...at, cmd_start_instance: { name: bytes(name), config: bytes(text) } })),
        readCall(encoded(at)),
      ]).toEqual([
        { ...at, command: 'handle_event', instanceId: instance, phase: text },
        { ...at, command: 'close_instance', instanceId: instance },
        { ...at, command: 'start_instance', name: bytes(name).toString(), config: text },
        { ...at, command: undefined },
      ]);
    }),
    { numRuns: 100 },
  );
});

it('keeps the number of a call after billions of calls', () => {
  fc.assert(
    fc.property(sequence, (number) => {
      const writer = new MessageWriter();
      writer.integer(1, number);
      expect(Buffer.from(writer.copy()).equals(number === 0 ? Buffer.of(8, 0) : encoded({ sequence: number }))).toBe(
        true,
      );
      const reader = new MessageReader(writer.copy());
      expect([reader.next(), reader.integer()]).toEqual([1, number]);
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['a negative number', Buffer.from('08ffffffffffffffffff01', 'hex')],
  ['a number that ends too early', Buffer.of(8, 0x80)],
  ['a command that is longer than the call', Buffer.from('a20205', 'hex')],
])('throws for %s', (_, malformed) => {
  expect(() => readCall(malformed)).toThrow(Error);
});
