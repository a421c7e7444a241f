import type { Capture } from '../shared/capture';
import { decodeBody } from '../shared/content-encoding';
import { JsonDocument, type ReadDocument } from '../shared/json-document';
import { membersOfTail } from '../shared/json-fragment';
import { isRecord, listOf, numberOf, parseJson, recordOf, textOf, type JsonRecord } from '../shared/lenient-json';
import { headerOf, mediaTypeOf, type LogEntry } from '../shared/log-entry';
import { SseEvents } from '../shared/sse-events';

/** The server's answer to one request. */
export interface Answer {
  /** The JSON-RPC error's code and message. */
  readonly error: { readonly code: number; readonly message: string } | undefined;
  /** True when a tool says that it failed (`result.isError`). */
  readonly isToolError: boolean;
  /** The result, where it was captured whole. */
  readonly result: JsonRecord | undefined;
}

/** The answers found in a response. */
export interface Answers {
  /** The answer to the request with this id. */
  to(id: string | number): Answer | undefined;
  /** True when the response was read from its first byte to its last: what is not there was not said. */
  readonly complete: boolean;
}

/** No response was captured, or its encoding is unknown. */
export const NO_ANSWERS: Answers = { to: () => undefined, complete: false };

/** Reads the captured response, JSON or server-sent events. Never rejects. */
export async function readAnswers(entry: LogEntry, response: Capture['response'], maxBytes: number): Promise<Answers> {
  const { head, tail, missingBytes } = response;
  const whole = missingBytes === 0 ? Buffer.concat([head, tail]) : head;
  const decoded = await decodeBody(whole, headerOf(entry.responseHeaders, 'content-encoding'), maxBytes);
  if (!decoded) return NO_ANSWERS;
  const torn = missingBytes > 0 || decoded.cut;
  const parts = missingBytes > 0 && decoded.bytes === whole ? [decoded.bytes, tail] : [decoded.bytes];
  return mediaTypeOf(entry.responseHeaders) === 'text/event-stream'
    ? fromEvents(parts, torn, maxBytes)
    : fromDocument(parts, torn, maxBytes);
}

function fromEvents(parts: readonly Uint8Array[], torn: boolean, maxBytes: number): Answers {
  const found = new Map<string | number, Answer>();
  let lost = torn;
  let tornAnswer: Answer | undefined;
  const events = new SseEvents(maxBytes, {
    onEvent: ({ data }) => {
      for (const message of asMessages(parseJson(data))) keep(message, found);
    },
    onTornLine: (rest) => {
      tornAnswer = toAnswer({ result: membersOfTail(rest, 2) }, false);
    },
    onLost: () => {
      lost = true;
    },
  });
  parts.forEach((part, index) => {
    if (index > 0) events.gap();
    events.push(part);
  });
  events.end();
  // An answer without its start has no id; it is taken for the one that is missing.
  return { to: (id) => found.get(id) ?? tornAnswer, complete: !lost };
}

function fromDocument(parts: readonly Uint8Array[], torn: boolean, maxBytes: number): Answers {
  const document = new JsonDocument(maxBytes);
  parts.forEach((part, index) => {
    if (index > 0) document.gap();
    document.push(part);
  });
  const read = document.end();
  if (read.value === undefined) return fromTornDocument(read, parts.at(-1));
  const found = new Map<string | number, Answer>();
  for (const message of asMessages(read.value)) keep(message, found);
  return { to: (id) => found.get(id), complete: !torn };
}

/** One message whose middle is missing: its kind is told by what is left, and it answers the only request there was. */
function fromTornDocument({ members, ended }: ReadDocument, last: Uint8Array | undefined): Answers {
  if (!members) return NO_ANSWERS;
  const endOfResult = ended ? membersOfTail(Buffer.from(last ?? []).toString('utf8'), 2) : undefined;
  const answer = toAnswer({ result: endOfResult, ...members }, false);
  const id = members['id'];
  return { to: (asked) => (id === undefined || id === asked ? answer : undefined), complete: false };
}

const asMessages = (value: unknown): readonly JsonRecord[] => (isRecord(value) ? [value] : listOf(value).map(recordOf));

/** Requests and notifications of the server pass by on the same stream: they have a method. */
function keep(message: JsonRecord, found: Map<string | number, Answer>): void {
  const { id, method } = message;
  if (method !== undefined || (typeof id !== 'string' && typeof id !== 'number')) return;
  found.set(id, toAnswer(message, true));
}

function toAnswer(message: JsonRecord, whole: boolean): Answer {
  const result = isRecord(message['result']) ? message['result'] : undefined;
  return {
    error: isRecord(message['error']) ? errorOf(message['error']) : undefined,
    isToolError: result?.['isError'] === true,
    result: whole ? result : undefined,
  };
}

const errorOf = (error: JsonRecord): Answer['error'] => ({
  code: numberOf(error['code']) ?? 0,
  message: textOf(error['message']) ?? '',
});
