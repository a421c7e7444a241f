import type { CapturedBody } from '../../shared/captured-body/capture';
import { JsonDocument } from '../../shared/json/json-document';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { recordOf, textOf } from '../../shared/json/lenient-json';
import { targetMemberOf } from '../../shared/mcp/call-targets';
import type { MessageEntry, MessageSummary } from '../../shared/mcp/message-summary';
import { parseTraceparent } from '../../shared/telemetry/spans/parent';
import type { ParentContext } from '../../shared/telemetry/spans/span';

/** A JSON-RPC message from the client with a method: a request or a notification. */
export interface ClientMessage {
  /** Undefined for a notification. */
  readonly id: string | number | undefined;
  readonly method: string;
  /** The target of the method: the name of a tool or prompt, the URI of a resource, or the id of a task. */
  readonly name: string | undefined;
  /** The parent span in the client's `_meta.traceparent`. */
  readonly parent: ParentContext | undefined;
  /** The revision that `initialize` requests, or the one in `_meta`. */
  readonly revision: string | undefined;
  /** The params, if the body was captured completely; for captured content. */
  readonly params: JsonObject | undefined;
}

/** The messages in a request body. */
export interface ClientMessages {
  /** In the order of the body, without the client's responses to requests from the server. */
  readonly messages: readonly ClientMessage[];
  /** False if the body contains no JSON-RPC message. */
  readonly readable: boolean;
}

/**
 * Reads the messages of a request body: from mcp-validator's summary, else from the captured bytes, else from the
 * headers. Never throws; what cannot be read is ignored.
 */
export function readMessages(
  summary: MessageSummary | undefined,
  request: CapturedBody | undefined,
  mirrored?: ClientMessage,
): ClientMessages {
  if (!summary && !request?.head.length && mirrored) return { messages: [mirrored], readable: true };
  const bodies = request ? bodiesOf(request) : [];
  const entries = summary?.messages ?? bodies.map(entryOf);
  // The summary has the messages in the order of the body.
  const inOrder = bodies.length === entries.length;
  const messages = entries
    .map((entry, index) => toMessage(entry, inOrder ? bodies[index] : undefined))
    .filter((message) => message !== undefined);
  return { messages, readable: messages.length > 0 || entries.some(({ kind }) => kind === 'response') };
}

function bodiesOf({ head: bytes }: CapturedBody): readonly JsonObject[] {
  const document = new JsonDocument(Math.max(2, bytes.length * 2));
  document.push(bytes);
  const { members, value } = document.end();
  if (Array.isArray(value)) return value.map(recordOf);
  return members ? [members] : [];
}

function entryOf(body: JsonObject): MessageEntry {
  const { id, method } = body;
  const name = nameOf(method, recordOf(body['params']));
  return {
    kind: kindOf(body),
    ...((typeof id === 'string' || typeof id === 'number') && { id }),
    ...(typeof method === 'string' && { method }),
    ...(name !== undefined && { name }),
  };
}

function kindOf({ id, method, result, error }: JsonObject): MessageEntry['kind'] {
  if (method === undefined && (result !== undefined || error !== undefined)) return 'response';
  return id === undefined ? 'notification' : 'request';
}

function toMessage(entry: MessageEntry, body: JsonObject | undefined): ClientMessage | undefined {
  if (entry.method === undefined || entry.kind === 'response') return undefined;
  const params = isJsonObject(body?.['params']) ? body['params'] : undefined;
  const meta = recordOf(params?.['_meta']);
  return {
    id: entry.id,
    method: entry.method,
    name: entry.name ?? nameOf(entry.method, params ?? {}),
    parent: parseTraceparent(meta['traceparent']),
    revision: textOf(params?.['protocolVersion']) ?? textOf(meta['io.modelcontextprotocol/protocolVersion']),
    params,
  };
}

/** For a method that is not in the table, the usual members are tried. */
function nameOf(method: unknown, params: JsonObject): string | undefined {
  const member = typeof method === 'string' ? targetMemberOf(method) : undefined;
  return member === undefined ? (textOf(params['name']) ?? textOf(params['uri'])) : textOf(params[member]);
}
