import type { Capture } from '../../shared/capture';
import { decodeBody } from '../../shared/content-encoding';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json-rpc/message';
import { readJsonRpcBody } from '../../shared/json-rpc/read-body';
import { SseEvents } from '../../shared/sse-events';
import { readToolDefinition, type ToolDefinition } from './tool-definition';

/** One page of a server's tools. */
export interface ToolPage {
  readonly tools: readonly ToolDefinition[];
  /** It is the whole list: asked for without cursor, answered without another. */
  readonly isWhole: boolean;
  /** For how long it may be used; undefined where the server does not say. */
  readonly ttlMs?: number;
}

/** What an exchange tells of a server's tools. */
export interface ToolNews {
  readonly pages: readonly ToolPage[];
  /** The server said that its tools have changed. */
  readonly listChanged: boolean;
}

const BOUNDS = { maxDepth: 64, maxValues: 100_000, maxBatch: 100 };
const MAX_RESPONSE_BYTES = 1_048_576;
const NOTHING: ToolNews = { pages: [], listChanged: false };

/**
 * Reads what a captured exchange tells of the server's tools: answers to `tools/list`, as JSON or server-sent events,
 * and `notifications/tools/list_changed`. Of a response that was not kept whole only the latter is taken. A list that
 * is meant for one user alone (`cacheScope` other than `public`) is left out. Never rejects.
 */
export async function readToolLists(
  capture: Capture,
  contentType: string,
  encoding: string | undefined,
): Promise<ToolNews> {
  const { head, tail, missingBytes } = capture.response;
  const body = await decodeBody(missingBytes === 0 ? Buffer.concat([head, tail]) : head, encoding, MAX_RESPONSE_BYTES);
  if (!body) return NOTHING;
  const messages = contentType === 'text/event-stream' ? messagesOfEvents(body.bytes) : messagesOf(body.bytes);
  const listChanged = messages.some((message) => memberOf(message, 'method') === 'notifications/tools/list_changed');
  if (missingBytes > 0 || body.cut) return { pages: [], listChanged };
  const asked = listRequestsOf(capture);
  const pages = messages.flatMap((message) => {
    const id = memberOf(message, 'id');
    const request = asked.find((one) => one.id === id);
    const page = request && toPage(memberOf(message, 'result'), request.hasCursor);
    return page ? [page] : [];
  });
  return { pages, listChanged };
}

function listRequestsOf({ request }: Capture): readonly { id: unknown; hasCursor: boolean }[] {
  if (request.totalBytes > request.bytes.length) return [];
  const body = readJsonRpcBody(request.bytes, BOUNDS);
  if (!body.ok) return [];
  return body.messages.flatMap((message) =>
    message.kind === 'request' && message.method === 'tools/list'
      ? [{ id: message.id, hasCursor: memberOf(message.params ?? {}, 'cursor') !== undefined }]
      : [],
  );
}

function toPage(result: unknown, hasCursor: boolean): ToolPage | undefined {
  if (!isJsonObject(result)) return undefined;
  const tools = memberOf(result, 'tools');
  const scope = memberOf(result, 'cacheScope');
  if (!Array.isArray(tools) || (scope !== undefined && scope !== 'public')) return undefined;
  const ttlMs = memberOf(result, 'ttlMs');
  return {
    tools: tools.map(readToolDefinition).filter((tool) => tool !== undefined),
    isWhole: !hasCursor && memberOf(result, 'nextCursor') === undefined,
    ...(typeof ttlMs === 'number' && { ttlMs }),
  };
}

function messagesOfEvents(bytes: Uint8Array): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  const events = new SseEvents(MAX_RESPONSE_BYTES, {
    onEvent: ({ data }) => {
      messages.push(...messagesOf(Buffer.from(data)));
    },
    onLost: () => undefined,
  });
  events.push(bytes);
  events.end();
  return messages;
}

function messagesOf(bytes: Uint8Array): readonly JsonObject[] {
  const reading = readStrictJson(bytes, BOUNDS);
  if (!reading.ok) return [];
  return (Array.isArray(reading.value) ? reading.value : [reading.value]).filter(isJsonObject);
}
