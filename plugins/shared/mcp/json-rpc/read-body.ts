import { readStrictJson } from '../../json/read-strict-json';
import type { JsonBounds } from '../../json/scan';
import type { JsonFault } from '../../json/token-reader';
import { INVALID_REQUEST, PARSE_ERROR } from './errors';
import { idToEcho, isShapeFault, parseMessage, type ParsedMessage, type RequestId } from './message';
import type { ShapeFaultReason } from './message';

/** How large a body may be in its parts. */
export interface BodyBounds extends JsonBounds {
  /** Messages in one batch. */
  readonly maxBatch: number;
}

type BodyFaultReason = JsonFault | ShapeFaultReason | 'empty_batch' | 'batch_too_large' | 'duplicate_id';

/** The messages of a request body, or the answer to a body that holds none that every server understands alike. */
export type JsonRpcBody =
  | { readonly ok: true; readonly batch: boolean; readonly messages: readonly ParsedMessage[] }
  | {
      readonly ok: false;
      /** HTTP status. */
      readonly status: 400;
      readonly code: number;
      /** The id to echo; null when the body has none that can be read. */
      readonly id: RequestId | null;
      readonly reason: BodyFaultReason;
      readonly message: string;
    };

type Refusal = Extract<JsonRpcBody, { ok: false }>;

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

/** Faults of the whole body; all others stand at a byte that helps to find them. */
const WITHOUT_PLACE = new Set<JsonFault>(['empty_body', 'byte_order_mark', 'invalid_utf8']);

/**
 * Reads a request body as one JSON-RPC message or a batch of them: strict JSON within bounds, then the shape of each
 * message, then what a batch demands as a whole (1 to `maxBatch` messages, no id twice).
 *
 * Never throws. Which revisions may send a batch or a response, and what a method's params must be, is not its concern.
 */
export function readJsonRpcBody(bytes: Uint8Array, bounds: BodyBounds): JsonRpcBody {
  const reading = readStrictJson(bytes, bounds);
  if (!reading.ok) {
    const place = WITHOUT_PLACE.has(reading.fault) ? '' : ` (at byte ${reading.at})`;
    return refuse(PARSE_ERROR, null, reading.fault, `Parse error: ${JSON_FAULTS[reading.fault]}${place}`);
  }
  const { value, idLexemes } = reading;
  if (Array.isArray(value)) return readBatch(value, idLexemes, bounds.maxBatch);
  const message = parseMessage(value, idLexemes[0]);
  return isShapeFault(message)
    ? refuse(INVALID_REQUEST, idToEcho(value, idLexemes[0]), message.reason, `Invalid request: ${message.message}`)
    : { ok: true, batch: false, messages: [message] };
}

function readBatch(values: readonly unknown[], idLexemes: readonly (string | undefined)[], max: number): JsonRpcBody {
  if (values.length === 0) return refuse(INVALID_REQUEST, null, 'empty_batch', 'Invalid request: the batch is empty');
  if (values.length > max) {
    const message = `Invalid request: a batch may hold at most ${max} messages`;
    return refuse(INVALID_REQUEST, null, 'batch_too_large', message);
  }
  const messages: ParsedMessage[] = [];
  const ids = new Set<string>();
  for (const [index, value] of values.entries()) {
    const message = parseMessage(value, idLexemes[index]);
    if (isShapeFault(message)) {
      const text = `Invalid request: message ${index} of the batch: ${message.message}`;
      return refuse(INVALID_REQUEST, null, message.reason, text);
    }
    if (message.kind !== 'notification' && message.id !== undefined) {
      const { size } = ids;
      ids.add(`${message.kind} ${typeof message.id} ${message.id}`);
      if (ids.size === size) {
        return refuse(INVALID_REQUEST, null, 'duplicate_id', `Invalid request: message ${index} repeats an id`);
      }
    }
    messages.push(message);
  }
  return { ok: true, batch: true, messages };
}

function refuse(code: number, id: RequestId | null, reason: BodyFaultReason, message: string): Refusal {
  return { ok: false, status: 400, code, id, reason, message };
}
