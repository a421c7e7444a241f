import { SseEvents } from '../../../shared/captured-body/sse-events';
import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { readStrictJson } from '../../../shared/json/read-strict-json';
import { readJsonRpcBody, type BodyBounds } from '../../../shared/mcp/json-rpc/read-body';
import { completeToolsOf } from './complete-tools';
import { readToolDefinition, type ToolDefinition, type WantedParts } from './tool-definition';
import { isValidListResult } from './valid-list-result';

/** A request and the decoded response of the server: plain values that can be passed to another thread. */
export interface ListExchange extends WantedParts {
  /** The body of the request, or the requests in it. */
  readonly asked: Uint8Array | readonly ListRequest[];
  /** The body of the request was longer. */
  readonly isAskedCut: boolean;
  readonly isEventStream: boolean;
  /** Clients accept the response, by its status and media type. */
  readonly isAccepted: boolean;
  readonly bytes: Uint8Array;
  /** The end of the response is missing, or could not be decoded. */
  readonly isCut: boolean;
  /** The response broke off: the client has not received the rest either. */
  readonly isBrokenOff: boolean;
}

/** One page of a server's tools. */
export interface ToolPage {
  readonly tools: readonly ToolDefinition[];
  /** Every client accepts it: it is the first response to a request of this exchange, and valid. */
  readonly isResponse: boolean;
  /** The request had no cursor. */
  readonly isFirst: boolean;
  /** It has no cursor for a next page. */
  readonly isLast: boolean;
  /** The server declares it private to one user (`cacheScope`). */
  readonly isPrivate: boolean;
}

/** Why a list that the client received could not be read. */
export type UnreadReason = 'encoding' | 'incomplete' | 'ambiguous' | 'unanswered' | 'malformed' | 'request_too_long';

/** The updates of a server's tools in one exchange. */
export interface ToolUpdates {
  readonly pages: readonly ToolPage[];
  /** The server announced that its tools have changed. */
  readonly listChanged: boolean;
  /** Set if the client may have received a list that is missing or incomplete in `pages`. */
  readonly unread: UnreadReason | undefined;
}

const BOUNDS: BodyBounds = { maxDepth: 64, maxValues: 200_000, maxBatch: 100 };
/** The largest response that is read, in bytes after decoding. */
export const MAX_LIST_BYTES = 2_097_152;
/** Tools of one page that are read; the others are ignored. */
const MAX_TOOLS = 5000;

/** A request of the client. */
export interface ListRequest {
  readonly id: unknown;
  readonly isList: boolean;
  readonly hasCursor: boolean;
}

interface Message {
  readonly value: JsonObject;
  /** Clients skip it: an event of another type than `message`. */
  readonly isSkipped: boolean;
}

interface Reading {
  readonly messages: readonly Message[];
  /** Texts that could not be read: cut off, or ambiguous. */
  readonly unreadable: readonly string[];
}

/**
 * Reads the updates of a server's tools from an exchange: responses to `tools/list` as JSON or server-sent events, on any
 * stream, and `notifications/tools/list_changed`. Of a list that is cut off, the complete tools are read. Never throws.
 */
export function readToolUpdates(exchange: ListExchange): ToolUpdates {
  const requests = requestsOf(exchange);
  const isTooLong = requests === 'request_too_long';
  const { messages, unreadable } = exchange.isEventStream ? readEvents(exchange.bytes) : readText(exchange.bytes);
  /** Requests without a response so far. */
  const open = new Map((isTooLong ? [] : requests).map((request) => [request.id, request]));
  const others = new Set((isTooLong ? [] : requests).flatMap(({ id, isList }) => (isList ? [] : [id])));
  const pages: ToolPage[] = [];
  let unread: UnreadReason | undefined;
  for (const { value, isSkipped } of messages) {
    const id: unknown = memberOf(value, 'id');
    const isResponse = Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error');
    // A response to another method is not a list, even if it looks like one.
    if (!isResponse || others.has(id)) continue;
    const request = isSkipped ? undefined : open.get(id);
    open.delete(isSkipped ? undefined : id);
    const page = toPage(value, exchange.isAccepted ? request : undefined, exchange);
    if (page) pages.push(page);
    if (page ? page.tools.length > MAX_TOOLS : request && !Object.hasOwn(value, 'error')) {
      unread = page ? 'incomplete' : 'malformed';
    }
  }
  const listChanged = messages.some(({ value }) => memberOf(value, 'method') === 'notifications/tools/list_changed');
  if (isTooLong) return { pages, listChanged, unread: unread ?? requests };
  const unanswered = [...open.values()].filter(({ isList }) => isList);
  if (unanswered.length === 0) return { pages, listChanged, unread };
  // An unreadable text is the response, or its first part.
  const partial = unreadable.map((text) => toPartialPage(text, exchange)).filter((page) => page !== undefined);
  return { pages: [...pages, ...partial], listChanged, unread: unread ?? reasonOf(exchange, unreadable) };
}

function reasonOf({ isCut, isBrokenOff }: ListExchange, unreadable: readonly string[]): UnreadReason | undefined {
  if (isCut) return 'incomplete';
  // The client has not received the missing bytes either.
  if (isBrokenOff) return undefined;
  return unreadable.length > 0 ? 'ambiguous' : 'unanswered';
}

/** The requests of the exchange, if they can be read. */
function requestsOf({ asked, isAskedCut }: ListExchange): readonly ListRequest[] | 'request_too_long' {
  if (!(asked instanceof Uint8Array)) return asked;
  if (isAskedCut) return Buffer.from(asked).includes('tools/list') ? 'request_too_long' : [];
  const body = asked.length > 0 ? readJsonRpcBody(asked, BOUNDS) : undefined;
  if (!body?.ok) return [];
  return body.messages.flatMap((message) =>
    message.kind === 'request'
      ? [
          {
            id: message.id,
            isList: message.method === 'tools/list',
            hasCursor: memberOf(message.params ?? {}, 'cursor') !== undefined,
          },
        ]
      : [],
  );
}

function toPage(message: JsonObject, request: ListRequest | undefined, wanted: WantedParts): ToolPage | undefined {
  const result = memberOf(message, 'result');
  if (!isJsonObject(result)) return undefined;
  const tools = memberOf(result, 'tools');
  if (!Array.isArray(tools)) return undefined;
  const scope = memberOf(result, 'cacheScope');
  return {
    tools: tools
      .slice(0, MAX_TOOLS + 1)
      .map((tool) => readToolDefinition(tool, wanted))
      .filter((tool) => tool !== undefined),
    isResponse: request !== undefined && isValidListResult(message, result, tools),
    isFirst: request?.hasCursor === false,
    isLast: memberOf(result, 'nextCursor') === undefined,
    isPrivate: scope !== undefined && scope !== 'public',
  };
}

/** The members around the tools may be missing, so the page counts as private unless it declares otherwise. */
function toPartialPage(text: string, wanted: WantedParts): ToolPage | undefined {
  const tools = completeToolsOf(text)
    .slice(0, MAX_TOOLS)
    .flatMap((tool) => {
      const reading = readStrictJson(Buffer.from(tool), BOUNDS);
      return reading.ok ? [readToolDefinition(reading.value, wanted)] : [];
    })
    .filter((tool) => tool !== undefined);
  if (tools.length === 0) return undefined;
  const isPublic = /^[^[]*"cacheScope"\s*:\s*"public"/.test(text);
  return { tools, isResponse: false, isFirst: false, isLast: false, isPrivate: !isPublic };
}

function readEvents(bytes: Uint8Array): Reading {
  const messages: Message[] = [];
  const unreadable: string[] = [];
  const events = new SseEvents(Math.max(MAX_LIST_BYTES, bytes.length), {
    onEvent: ({ event, data }) => {
      const reading = readText(Buffer.from(data));
      const isSkipped = event !== 'message';
      messages.push(...reading.messages.map(({ value }) => ({ value, isSkipped })));
      unreadable.push(...reading.unreadable);
    },
    onLost: () => unreadable.push(''),
  });
  events.push(bytes);
  events.end();
  return { messages, unreadable };
}

function readText(bytes: Uint8Array): Reading {
  if (bytes.length === 0) return { messages: [], unreadable: [] };
  const reading = readStrictJson(bytes, BOUNDS);
  if (!reading.ok) return { messages: [], unreadable: [Buffer.from(bytes).toString()] };
  const values: readonly unknown[] = Array.isArray(reading.value) ? reading.value : [reading.value];
  return { messages: values.filter(isJsonObject).map((value) => ({ value, isSkipped: false })), unreadable: [] };
}
