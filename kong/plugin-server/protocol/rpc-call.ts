import { MessageReader } from './message-reader';

/** A call of Kong: its number, which the answer repeats, and one of three commands. */
export type RpcCall = { readonly sequence: number } & (
  | { readonly command: 'start_instance'; readonly name: string; readonly config: string }
  | { readonly command: 'close_instance'; readonly instanceId: number }
  | { readonly command: 'handle_event'; readonly instanceId: number; readonly phase: string }
  | { readonly command: undefined }
);

/** Fields of the messages `RpcCall`, `CmdStartInstance` and `CmdHandleEvent` (`CmdCloseInstance` has the first one). */
const CALL = { sequence: 1, start: 33, close: 35, event: 36 } as const;
const START = { name: 1, config: 2 } as const;
const EVENT = { instanceId: 1, phase: 2 } as const;

/** Reads a call of Kong. @throws when the bytes are not such a message */
export function readCall(payload: Uint8Array): RpcCall {
  const reader = new MessageReader(payload);
  let sequence = 0;
  let call: RpcCall = { sequence, command: undefined };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === CALL.sequence) sequence = reader.integer();
    else if (field === CALL.event || field === CALL.close || field === CALL.start) {
      const outerEnd = reader.enter();
      call = field === CALL.start ? readStart(reader) : readInstanceCall(reader, field === CALL.event);
      reader.leave(outerEnd);
    } else reader.skip();
  }
  return { ...call, sequence };
}

function readStart(reader: MessageReader): RpcCall {
  let name = '';
  let config = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === START.name) name = reader.text('utf8');
    else if (field === START.config) config = reader.text('utf8');
    else reader.skip();
  }
  return { sequence: 0, command: 'start_instance', name, config };
}

function readInstanceCall(reader: MessageReader, isEvent: boolean): RpcCall {
  let instanceId = 0;
  let phase = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === EVENT.instanceId) instanceId = reader.integer();
    else if (field === EVENT.phase && isEvent) phase = reader.text('utf8');
    else reader.skip();
  }
  return isEvent
    ? { sequence: 0, command: 'handle_event', instanceId, phase }
    : { sequence: 0, command: 'close_instance', instanceId };
}
