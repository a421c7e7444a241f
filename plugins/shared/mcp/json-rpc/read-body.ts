import type { JsonFault } from '../../json/json-fault';
import { readCheapJson, readStrictJson, type StrictJson } from '../../json/read-strict-json';
import type { JsonBounds } from '../../json/scan';
import { LARGE_BODY_BYTES, MAX_CHEAP_BODY_BYTES } from '../../runtime/side-thread/large-body';
import { INVALID_REQUEST, PARSE_ERROR } from './errors';
import type { Fault } from './fault';
import type { ParsedMessage, RequestId } from './message';
import { idToEcho, isFault, parseMessage } from './parse-message';

/** The bounds of a body. */
export interface BodyBounds extends JsonBounds {
  /** Messages in one batch. */
  readonly maxBatch: number;
}

/** The messages of a request body, or what is wrong with a body that not every server understands in the same way. */
export type JsonRpcBody =
  { readonly ok: true; readonly batch: boolean; readonly messages: readonly ParsedMessage[] } | BodyFault;

/** The first fault of a body. */
export interface BodyFault extends Fault {
  readonly ok: false;
  /** HTTP status. */
  readonly status: 400;
  /** The id to echo; null if the body has none that can be read. */
  readonly id: RequestId | null;
}

const JSON_FAULTS: Readonly<Record<JsonFault, string>> = {
  empty_body: 'The body is empty',
  byte_order_mark: 'The body begins with a byte order mark',
  invalid_utf8: 'The body is not valid UTF-8',
  invalid_json: 'The body is not valid JSON',
  duplicate_key: 'An object has the same key twice',
  control_character_in_key: 'A key contains a control character',
  lone_surrogate: 'A string contains a lone surrogate',
  number_out_of_range: 'A number is too large',
  too_deep: 'The body is nested too deeply',
  too_many_values: 'The body holds too many values',
};

/** Faults of the whole body; all others have an offset that helps to find them. */
const WITHOUT_OFFSET = new Set<JsonFault>(['empty_body', 'byte_order_mark', 'invalid_utf8']);

/** The arguments of a tool, which are free for it: their long strings are built only for the checks that read them. */
const ARGUMENTS = ['params', 'arguments'];

/**
 * Reads a request body as one JSON-RPC message or a batch: strict JSON within bounds, then each message, then the batch
 * as a whole (1 to `maxBatch` messages, no id twice).
 *
 * Never throws. Does not check which revisions may send a batch or a response, nor the params of a method. The bytes must
 * not change while the messages are used.
 */
export const readJsonRpcBody = (bytes: Uint8Array, bounds: BodyBounds): JsonRpcBody =>
  bodyOf(readStrictJson(bytes, bounds, ARGUMENTS), bounds);

/** As {@link readJsonRpcBody}; undefined for a large body that must be read in the second thread. */
export function readCheapBody(bytes: Uint8Array, bounds: BodyBounds): JsonRpcBody | undefined {
  if (bytes.length > MAX_CHEAP_BODY_BYTES) return undefined;
  const reading = readCheapJson(bytes, bounds, { within: ARGUMENTS, maxOtherBytes: LARGE_BODY_BYTES });
  return reading && bodyOf(reading, bounds);
}

function bodyOf(reading: StrictJson, bounds: BodyBounds): JsonRpcBody {
  if (!reading.ok) {
    const offset = WITHOUT_OFFSET.has(reading.fault) ? '' : ` (at byte ${reading.at})`;
    return bodyFault(PARSE_ERROR, reading.fault, `Parse error: ${JSON_FAULTS[reading.fault]}${offset}`);
  }
  const { value, idLexemes } = reading;
  if (Array.isArray(value)) return readBatch(value, idLexemes, bounds.maxBatch);
  const message = parseMessage(value, idLexemes[0]);
  return isFault(message)
    ? { ...message, ok: false, status: 400, id: idToEcho(value, idLexemes[0]) }
    : { ok: true, batch: false, messages: [message] };
}

function readBatch(values: readonly unknown[], idLexemes: readonly (string | undefined)[], max: number): JsonRpcBody {
  if (values.length === 0) return bodyFault(INVALID_REQUEST, 'empty_batch', 'Invalid request: the batch is empty');
  if (values.length > max) {
    const message = `Invalid request: a batch must have at most ${max} messages`;
    return bodyFault(INVALID_REQUEST, 'batch_too_large', message);
  }
  const messages: ParsedMessage[] = [];
  const ids = new Set<string>();
  for (const [index, value] of values.entries()) {
    const message = parseMessage(value, idLexemes[index], `message ${index} of the batch: `);
    if (isFault(message)) return { ...message, ok: false, status: 400, id: null };
    if (message.kind !== 'notification' && message.id !== undefined) {
      const { size } = ids;
      ids.add(`${message.kind} ${typeof message.id} ${message.id}`);
      if (ids.size === size) {
        return bodyFault(INVALID_REQUEST, 'duplicate_id', `Invalid request: message ${index} repeats an id`);
      }
    }
    messages.push(message);
  }
  return { ok: true, batch: true, messages };
}

type BodyFaultReason = JsonFault | 'empty_batch' | 'batch_too_large' | 'duplicate_id';

function bodyFault(code: number, reason: BodyFaultReason, message: string): BodyFault {
  return { ok: false, status: 400, code, id: null, reason, message };
}
