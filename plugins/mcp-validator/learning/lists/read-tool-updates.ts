import { SseEvents } from '../../../shared/captured-body/sse-events';
import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { readStrictJson } from '../../../shared/json/read-strict-json';
import { readJsonRpcBody, type BodyBounds } from '../../../shared/mcp/json-rpc/read-body';
import { completeToolsOf } from './complete-tools';
import { readToolDefinition, type ToolDefinition } from './tool-definition';
import { isInDueForm } from './valid-list-result';

/** A response of the server with its `Content-Encoding` undone, and what was asked: plain values for another thread. */
export interface ListExchange {
  /** The request's body. */
  readonly asked: Uint8Array;
  /** The request's body was longer. */
  readonly isAskedCut: boolean;
  readonly isEventStream: boolean;
  /** By its status and media type clients take it for an answer. */
  readonly isTaken: boolean;
  readonly bytes: Uint8Array;
  /** The end of the response is missing, or could not be unpacked. */
  readonly isCut: boolean;
  /** The response ended before its end: what did not come the client has not seen either. */
  readonly isBrokenOff: boolean;
}

/** One page of a server's tools. */
export interface ToolPage {
  readonly tools: readonly ToolDefinition[];
  /** Every client takes it: the first answer to a request of this exchange, in due form. */
  readonly isAnswer: boolean;
  /** It was asked for without a cursor. */
  readonly isFirst: boolean;
  /** The server says that it is for one user alone (`cacheScope`). */
  readonly isPrivate: boolean;
}

/** Why a list that the client got could not be read. */
export type UnreadReason = 'encoding' | 'incomplete' | 'ambiguous' | 'unanswered' | 'malformed' | 'request_too_long';

/** What an exchange tells of a server's tools. */
export interface ToolNews {
  readonly pages: readonly ToolPage[];
  /** The server said that its tools have changed. */
  readonly listChanged: boolean;
  /** The client may have got a list that is not, or not whole, among the pages. */
  readonly unread: UnreadReason | undefined;
}

const BOUNDS: BodyBounds = { maxDepth: 64, maxValues: 200_000, maxBatch: 100 };
/** The largest response that is read, unpacked. */
export const MAX_LIST_BYTES = 2_097_152;
/** Tools of one page; those after it are missing. */
const MAX_TOOLS = 5000;

interface Request {
  readonly id: unknown;
  readonly isList: boolean;
  readonly hasCursor: boolean;
}

interface Message {
  readonly value: JsonObject;
  /** Clients skip it: an event of a type of its own. */
  readonly isSkipped: boolean;
}

interface Reading {
  readonly messages: readonly Message[];
  /** Texts of which no message could be read: cut off, or with more than one meaning. */
  readonly torn: readonly string[];
}

/**
 * Reads what an exchange tells of the server's tools: answers to `tools/list` as JSON or server-sent events, on any
 * stream, and `notifications/tools/list_changed`. Of a list that is cut the whole tools are taken. Never throws.
 */
export function readToolNews(exchange: ListExchange): ToolNews {
  const requests = requestsOf(exchange);
  const isTooLong = requests === 'request_too_long';
  const { messages, torn } = exchange.isEventStream ? readEvents(exchange.bytes) : readText(exchange.bytes);
  /** Requests without an answer so far. */
  const open = new Map((isTooLong ? [] : requests).map((request) => [request.id, request]));
  const others = new Set((isTooLong ? [] : requests).flatMap(({ id, isList }) => (isList ? [] : [id])));
  const pages: ToolPage[] = [];
  let unread: UnreadReason | undefined;
  for (const { value, isSkipped } of messages) {
    const id: unknown = memberOf(value, 'id');
    const isResponse = Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error');
    // What answers another method is of that method.
    if (!isResponse || others.has(id)) continue;
    const request = isSkipped ? undefined : open.get(id);
    open.delete(isSkipped ? undefined : id);
    const page = toPage(value, exchange.isTaken ? request : undefined);
    if (page) pages.push(page);
    if (page ? page.tools.length > MAX_TOOLS : request && !Object.hasOwn(value, 'error')) {
      unread = page ? 'incomplete' : 'malformed';
    }
  }
  const listChanged = messages.some(({ value }) => memberOf(value, 'method') === 'notifications/tools/list_changed');
  if (isTooLong) return { pages, listChanged, unread: unread ?? requests };
  const unanswered = [...open.values()].filter(({ isList }) => isList);
  if (unanswered.length === 0) return { pages, listChanged, unread };
  // What was cut or torn is the answer, or its first part.
  const rests = torn.map(toTornPage).filter((page) => page !== undefined);
  return { pages: [...pages, ...rests], listChanged, unread: unread ?? reasonOf(exchange, torn) };
}

function reasonOf({ isCut, isBrokenOff }: ListExchange, torn: readonly string[]): UnreadReason | undefined {
  if (isCut) return 'incomplete';
  // Bytes that never came were not read by anyone.
  if (isBrokenOff) return undefined;
  return torn.length > 0 ? 'ambiguous' : 'unanswered';
}

/** What was asked, where that can be told. */
function requestsOf({ asked, isAskedCut }: ListExchange): readonly Request[] | 'request_too_long' {
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

function toPage(message: JsonObject, request: Request | undefined): ToolPage | undefined {
  const result = memberOf(message, 'result');
  if (!isJsonObject(result)) return undefined;
  const tools = memberOf(result, 'tools');
  if (!Array.isArray(tools)) return undefined;
  const scope = memberOf(result, 'cacheScope');
  return {
    tools: tools
      .slice(0, MAX_TOOLS + 1)
      .map(readToolDefinition)
      .filter((tool) => tool !== undefined),
    isAnswer: request !== undefined && isInDueForm(message, result, tools),
    isFirst: request?.hasCursor === false,
    isPrivate: scope !== undefined && scope !== 'public',
  };
}

/** The members around the tools may be missing: it counts as one that is for one user alone unless it says otherwise. */
function toTornPage(text: string): ToolPage | undefined {
  const tools = completeToolsOf(text)
    .slice(0, MAX_TOOLS)
    .flatMap((tool) => {
      const reading = readStrictJson(Buffer.from(tool), BOUNDS);
      return reading.ok ? [readToolDefinition(reading.value)] : [];
    })
    .filter((tool) => tool !== undefined);
  if (tools.length === 0) return undefined;
  const isPublic = /^[^[]*"cacheScope"\s*:\s*"public"/.test(text);
  return { tools, isAnswer: false, isFirst: false, isPrivate: !isPublic };
}

function readEvents(bytes: Uint8Array): Reading {
  const messages: Message[] = [];
  const torn: string[] = [];
  const events = new SseEvents(MAX_LIST_BYTES, {
    onEvent: ({ event, data }) => {
      const reading = readText(Buffer.from(data));
      const isSkipped = event !== 'message';
      messages.push(...reading.messages.map(({ value }) => ({ value, isSkipped })));
      torn.push(...reading.torn);
    },
    onLost: () => torn.push(''),
  });
  events.push(bytes);
  events.end();
  return { messages, torn };
}

function readText(bytes: Uint8Array): Reading {
  if (bytes.length === 0) return { messages: [], torn: [] };
  const reading = readStrictJson(bytes, BOUNDS);
  if (!reading.ok) return { messages: [], torn: [Buffer.from(bytes).toString()] };
  const values: readonly unknown[] = Array.isArray(reading.value) ? reading.value : [reading.value];
  return { messages: values.filter(isJsonObject).map((value) => ({ value, isSkipped: false })), torn: [] };
}
