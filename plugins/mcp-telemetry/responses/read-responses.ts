import type { CapturedBody } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, parseJson, recordOf } from '../../shared/json/lenient-json';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { textsIn, type BodyTexts, type Fragment } from './body-texts';
import { readTornEnd, readTornStart } from './partial-json/partial-json';
import { answerOf, answerOfEnd, idOf, isAnswer, isMessage, joined, type Answer, type RequestId } from './rpc-response';

/** The answers found in a response. */
export interface Answers {
  /**
   * The answer to the request with this id.
   *
   * @param isOnly true when the HTTP request carried no other one: an answer without an id is then its
   */
  to(id: RequestId, isOnly: boolean): Answer | undefined;
  /** The ids that were answered. */
  readonly ids: readonly RequestId[];
  /** True when the response was read from its first byte to its last: what is not there was not said. */
  readonly complete: boolean;
  /** What the response is: `other` is no form in which MCP answers, `unknown` was not captured or cannot be decoded. */
  readonly form: BodyTexts['form'] | 'unknown';
  /** True when the client may ask for the rest of the stream by the id of an event (2025-11-25, basic/transports). */
  readonly resumable: boolean;
}

/** No response was captured, or its encoding is unknown. */
export const NO_ANSWERS: Answers = {
  to: () => undefined,
  ids: [],
  complete: false,
  form: 'unknown',
  resumable: false,
};

/** Reads the captured response: JSON, one document on each line, or server-sent events. Never rejects. */
export async function readAnswers(entry: LogEntry, response: CapturedBody, maxBytes: number): Promise<Answers> {
  const body = await decodeCapturedBody(response, headerOf(entry.responseHeaders, 'content-encoding'), maxBytes);
  if (!body) return NO_ANSWERS;
  const { start, end, isCut } = body;
  const last = end ? textOf(end) : isCut ? '' : undefined;
  return answersIn(textsIn(textOf(start), last, entry.responseHeaders), isCut);
}

/** Of a response that was not captured: what its head says. */
export const answersByHead = (entry: LogEntry): Answers =>
  mediaTypeOf(entry.responseHeaders) === 'text/html' ? { ...NO_ANSWERS, form: 'other' } : NO_ANSWERS;

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

function answersIn({ form, fragments, resumable }: BodyTexts, torn: boolean): Answers {
  const found = new Found();
  for (const fragment of fragments) found.add(fragment);
  const isForeign = form === 'document' && !torn && !found.hasMessages;
  return {
    to: (id, isOnly) => found.to(id, isOnly),
    ids: found.ids,
    complete: !torn,
    form: isForeign ? 'other' : form,
    resumable,
  };
}

/** What the parts of a response say. */
class Found {
  hasMessages = false;
  private readonly answers = new Map<RequestId, Answer>();
  /** An error whose request the server could not tell (JSON-RPC 2.0, 5: its id is null). */
  private unaddressed: Answer | undefined;
  /** The id of the answer whose end is missing. */
  private cut: RequestId | undefined;
  /** The answer whose end is missing, and its id with it: some servers write `id` last. */
  private nameless: Answer | undefined;
  /** The answer whose start is missing, and its id where that stands at the end. */
  private rest: { readonly id: RequestId | undefined; readonly answer: Answer } | undefined;

  get ids(): readonly RequestId[] {
    return [...this.answers.keys()];
  }

  to(id: RequestId, isOnly: boolean): Answer | undefined {
    const { rest } = this;
    const own = this.answers.get(id);
    const isRest = rest !== undefined && (rest.id === id || (rest.id === undefined && isOnly));
    if (own) return isRest && this.cut === id ? joined(own, rest.answer) : own;
    // Only one answer comes to the only request: both parts are its.
    if (isOnly && this.nameless) return isRest ? joined(this.nameless, rest.answer) : this.nameless;
    if (isRest) return rest.answer;
    return isOnly ? this.unaddressed : undefined;
  }

  add({ text, part }: Fragment): void {
    if (part === 'end') {
      this.addEnd(text);
      return;
    }
    const parsed = part === 'whole' ? parseJson(text) : undefined;
    const messages = asMessages(parsed ?? readTornEnd(text));
    const last = messages.at(-1);
    for (const message of messages) {
      if (parsed === undefined && message === last) this.keepCut(last);
      else this.keep(message, parsed !== undefined);
    }
  }

  private addEnd(text: string): void {
    // The rest of a line that was none of data may stand before the data.
    const levels = readTornStart(text) ?? readTornStart(text.slice(text.indexOf('\n') + 1));
    const outermost = levels?.at(-1);
    if (!levels || !outermost) return;
    for (const message of asMessages(outermost.elements)) this.keep(message, false);
    const depth = outermost.isList ? 2 : 1;
    const message = levels.at(-depth);
    // A list that is torn between two elements has no torn message.
    if (!message) return;
    this.hasMessages = true;
    // The value whose name is missing may be there whole.
    const unnamed = levels.at(-depth - 1)?.members ?? message.elements.find(isJsonObject);
    this.rest = { id: idOf(message.members), answer: answerOfEnd(message.members, unnamed) };
  }

  private keepCut(message: JsonObject): void {
    if (isMessage(message)) this.hasMessages = true;
    this.cut = idOf(message);
    if (!isAnswer(message)) return;
    const answer = { ...answerOf(message, false), unaddressed: false };
    if (this.cut === undefined) this.nameless = answer;
    else this.answers.set(this.cut, answer);
  }

  private keep(message: JsonObject, whole: boolean): void {
    if (isMessage(message)) this.hasMessages = true;
    if (!isAnswer(message)) return;
    const id = idOf(message);
    const answer = { ...answerOf(message, whole), ended: true };
    if (id !== undefined) this.answers.set(id, answer);
    else if (answer.error) this.unaddressed = answer;
  }
}

const asMessages = (value: unknown): readonly JsonObject[] =>
  isJsonObject(value) ? [value] : listOf(value).map(recordOf);
