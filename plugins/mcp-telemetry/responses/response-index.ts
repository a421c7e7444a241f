import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, parseJson, recordOf } from '../../shared/json/lenient-json';
import type { Fragment } from './body-texts';
import { readWithoutEnd, readWithoutStart } from './partial-json/partial-json';
import {
  idOf,
  isMessage,
  isResponse,
  joined,
  responseOf,
  responseOfEnd,
  type RequestId,
  type RpcResponse,
} from './rpc-response';

/** The JSON-RPC responses in the fragments of an HTTP response, by the id of their requests. */
export class ResponseIndex {
  hasMessages = false;
  private readonly responses = new Map<RequestId, RpcResponse>();
  /** An error whose request the server could not identify (JSON-RPC 2.0, 5: its id is null). */
  private unaddressed: RpcResponse | undefined;
  /** The id of the response whose end is missing. */
  private idWithoutEnd: RequestId | undefined;
  /** The response whose end, and with it its id, is missing: some servers write `id` last. */
  private withoutId: RpcResponse | undefined;
  /** The response whose start is missing, and its id if that is in the end. */
  private withoutStart: { readonly id: RequestId | undefined; readonly response: RpcResponse } | undefined;

  get ids(): readonly RequestId[] {
    return [...this.responses.keys()];
  }

  /** @param isOnly true if the HTTP request carried no other request: a response without an id then belongs to this one */
  to(id: RequestId, isOnly: boolean): RpcResponse | undefined {
    const { withoutStart } = this;
    const own = this.responses.get(id);
    const isEnd = withoutStart !== undefined && (withoutStart.id === id || (withoutStart.id === undefined && isOnly));
    if (own) return isEnd && this.idWithoutEnd === id ? joined(own, withoutStart.response) : own;
    // A single request gets a single response: both parts belong to it.
    if (isOnly && this.withoutId) return isEnd ? joined(this.withoutId, withoutStart.response) : this.withoutId;
    if (isEnd) return withoutStart.response;
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
      if (parsed === undefined && message === last) this.keepWithoutEnd(last);
      else this.keep(message, parsed !== undefined);
    }
  }

  private addEnd(text: string): void {
    // The rest of a line that is not `data` may precede the data.
    const containers = readWithoutStart(text) ?? readWithoutStart(text.slice(text.indexOf('\n') + 1));
    const outermost = containers?.at(-1);
    if (!containers || !outermost) return;
    for (const message of asMessages(outermost.elements)) this.keep(message, false);
    const depth = outermost.isList ? 2 : 1;
    const message = containers.at(-depth);
    // A list that is cut between two elements contains no partial message.
    if (!message) return;
    this.hasMessages = true;
    // The value whose name is missing may be complete.
    const unnamed = containers.at(-depth - 1)?.members ?? message.elements.find(isJsonObject);
    this.withoutStart = { id: idOf(message.members), response: responseOfEnd(message.members, unnamed) };
  }

  private keepWithoutEnd(message: JsonObject): void {
    if (isMessage(message)) this.hasMessages = true;
    this.idWithoutEnd = idOf(message);
    if (!isResponse(message)) return;
    const response = { ...responseOf(message, false), unaddressed: false };
    if (this.idWithoutEnd === undefined) this.withoutId = response;
    else this.responses.set(this.idWithoutEnd, response);
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
