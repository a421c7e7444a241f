import type { CapturedBody } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, parseJson, recordOf } from '../../shared/json/lenient-json';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { textsIn, type BodyTexts, type Fragment } from './body-texts';
import { readWithoutEnd, readWithoutStart } from './partial-json/partial-json';
import {
  responseOf,
  responseOfEnd,
  idOf,
  isResponse,
  isMessage,
  joined,
  type RpcResponse,
  type RequestId,
} from './rpc-response';

/** The responses found in a response. */
export interface RpcResponses {
  /**
   * The response to the request with this id.
   *
   * @param isOnly true when the HTTP request carried no other one: an response without an id is then its
   */
  to(id: RequestId, isOnly: boolean): RpcResponse | undefined;
  /** The ids that were answered. */
  readonly ids: readonly RequestId[];
  /** True when the response was read from its first byte to its last: what is not there was not said. */
  readonly complete: boolean;
  /** What the response is: `other` is no form in which MCP responses, `unknown` was not captured or cannot be decoded. */
  readonly form: BodyTexts['form'] | 'unknown';
  /** True when the client may ask for the rest of the stream by the id of an event (2025-11-25, basic/transports). */
  readonly resumable: boolean;
}

/** No response was captured, or its encoding is unknown. */
export const NO_RESPONSES: RpcResponses = {
  to: () => undefined,
  ids: [],
  complete: false,
  form: 'unknown',
  resumable: false,
};

/** Reads the captured response: JSON, one document on each line, or server-sent events. Never rejects. */
export async function readResponses(entry: LogEntry, captured: CapturedBody, maxBytes: number): Promise<RpcResponses> {
  const body = await decodeCapturedBody(captured, headerOf(entry.responseHeaders, 'content-encoding'), maxBytes);
  if (!body) return NO_RESPONSES;
  const { start, end, isCut } = body;
  const last = end ? utf8Of(end) : isCut ? '' : undefined;
  return responsesIn(textsIn(utf8Of(start), last, entry.responseHeaders), isCut);
}

/** Of a response that was not captured: what its head says. */
export const responsesByHead = (entry: LogEntry): RpcResponses =>
  mediaTypeOf(entry.responseHeaders) === 'text/html' ? { ...NO_RESPONSES, form: 'other' } : NO_RESPONSES;

const utf8Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

function responsesIn({ form, fragments, resumable }: BodyTexts, torn: boolean): RpcResponses {
  const found = new ResponseIndex();
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
class ResponseIndex {
  hasMessages = false;
  private readonly responses = new Map<RequestId, RpcResponse>();
  /** An error whose request the server could not tell (JSON-RPC 2.0, 5: its id is null). */
  private unaddressed: RpcResponse | undefined;
  /** The id of the response whose end is missing. */
  private cut: RequestId | undefined;
  /** The response whose end is missing, and its id with it: some servers write `id` last. */
  private withoutId: RpcResponse | undefined;
  /** The response whose start is missing, and its id where that stands at the end. */
  private rest: { readonly id: RequestId | undefined; readonly response: RpcResponse } | undefined;

  get ids(): readonly RequestId[] {
    return [...this.responses.keys()];
  }

  to(id: RequestId, isOnly: boolean): RpcResponse | undefined {
    const { rest } = this;
    const own = this.responses.get(id);
    const isRest = rest !== undefined && (rest.id === id || (rest.id === undefined && isOnly));
    if (own) return isRest && this.cut === id ? joined(own, rest.response) : own;
    // Only one response comes to the only request: both parts are its.
    if (isOnly && this.withoutId) return isRest ? joined(this.withoutId, rest.response) : this.withoutId;
    if (isRest) return rest.response;
    return isOnly ? this.unaddressed : undefined;
  }

  add({ text, part }: Fragment): void {
    if (part === 'end') {
      this.addEnd(text);
      return;
    }
    const parsed = part === 'whole' ? parseJson(text) : undefined;
    const messages = asMessages(parsed ?? readWithoutEnd(text));
    const last = messages.at(-1);
    for (const message of messages) {
      if (parsed === undefined && message === last) this.keepCut(last);
      else this.keep(message, parsed !== undefined);
    }
  }

  private addEnd(text: string): void {
    // The rest of a line that was none of data may stand before the data.
    const levels = readWithoutStart(text) ?? readWithoutStart(text.slice(text.indexOf('\n') + 1));
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
    this.rest = { id: idOf(message.members), response: responseOfEnd(message.members, unnamed) };
  }

  private keepCut(message: JsonObject): void {
    if (isMessage(message)) this.hasMessages = true;
    this.cut = idOf(message);
    if (!isResponse(message)) return;
    const response = { ...responseOf(message, false), unaddressed: false };
    if (this.cut === undefined) this.withoutId = response;
    else this.responses.set(this.cut, response);
  }

  private keep(message: JsonObject, whole: boolean): void {
    if (isMessage(message)) this.hasMessages = true;
    if (!isResponse(message)) return;
    const id = idOf(message);
    const response = { ...responseOf(message, whole), ended: true };
    if (id !== undefined) this.responses.set(id, response);
    else if (response.error) this.unaddressed = response;
  }
}

const asMessages = (value: unknown): readonly JsonObject[] =>
  isJsonObject(value) ? [value] : listOf(value).map(recordOf);
