import { MessageReader } from './message-reader';

/** What Kong calls; undefined for a command that is not known. */
type Command =
  | { readonly command: 'start_instance'; readonly name: string; readonly config: string }
  | { readonly command: 'close_instance'; readonly instanceId: number }
  | { readonly command: 'handle_event'; readonly instanceId: number; readonly phase: string }
  | { readonly command: undefined };

/** A call of Kong; the answer repeats its number. */
export type RpcCall = Command & { readonly sequence: number };

/** Fields of the messages `RpcCall`, `CmdStartInstance` and `CmdHandleEvent` (`CmdCloseInstance` has the first one). */
const CALL = { sequence: 1, start: 33, close: 35, event: 36 } as const;
const START = { name: 1, config: 2 } as const;
const EVENT = { instanceId: 1, phase: 2 } as const;

/** Reads a call of Kong. @throws when the bytes are not such a message */
export function readCall(payload: Uint8Array): RpcCall {
  const reader = new MessageReader(payload);
  let sequence = 0;
  let command: Command = { command: undefined };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === CALL.sequence) sequence = reader.integer();
    else if (field === CALL.event || field === CALL.close || field === CALL.start) {
      const outerEnd = reader.enter();
      command = field === CALL.start ? readStart(reader) : readInstanceCall(reader, field === CALL.event);
      reader.leave(outerEnd);
    } else reader.skip();
  }
  return { ...command, sequence };
}

function readStart(reader: MessageReader): Command {
  let name = '';
  let config = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === START.name) name = reader.text('utf8');
    else if (field === START.config) config = reader.text('utf8');
    else reader.skip();
  }
  return { command: 'start_instance', name, config };
}

function readInstanceCall(reader: MessageReader, isEvent: boolean): Command {
  let instanceId = 0;
  let phase = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === EVENT.instanceId) instanceId = reader.integer();
    else if (field === EVENT.phase && isEvent) phase = reader.text('utf8');
    else reader.skip();
  }
  return isEvent ? { command: 'handle_event', instanceId, phase } : { command: 'close_instance', instanceId };
}
