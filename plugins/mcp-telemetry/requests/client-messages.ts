import type { CapturedBody } from '../../shared/captured-body/capture';
import { JsonDocument } from '../../shared/json/json-document';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { recordOf, textOf } from '../../shared/json/lenient-json';
import type { MessageEntry, MessageSummary } from '../../shared/mcp/message-summary';
import { parseTraceparent } from '../../shared/telemetry/spans/parent';
import type { ParentContext } from '../../shared/telemetry/spans/span';

/** A JSON-RPC message of the client with a method: a request or a notification. */
export interface ClientMessage {
  /** Undefined: a notification. */
  readonly id: string | number | undefined;
  readonly method: string;
  /** The tool's or prompt's name, or the resource's URI. */
  readonly name: string | undefined;
  /** The trace that the client's own `_meta.traceparent` names. */
  readonly parent: ParentContext | undefined;
  /** The revision that an `initialize` asks for, or that `_meta` claims. */
  readonly revision: string | undefined;
  /** The params, where the body was captured whole; for content that is opted in. */
  readonly params: JsonObject | undefined;
}

/** What a request body held. */
export interface ClientMessages {
  /** In the body's order. A client's responses to a server's requests have no method and are left out. */
  readonly messages: readonly ClientMessage[];
  /** False when the body, or what is known of it, holds no JSON-RPC message at all. */
  readonly readable: boolean;
}

/**
 * The messages in a request body, from the validator's summary where it ran, else from the captured bytes, else the one
 * that the headers tell of. Never throws; what can't be read is no message.
 */
export function readMessages(
  summary: MessageSummary | undefined,
  request: CapturedBody | undefined,
  mirrored?: ClientMessage,
): ClientMessages {
  if (!summary && !request?.head.length && mirrored) return { messages: [mirrored], readable: true };
  const bodies = request ? bodiesOf(request) : [];
  const entries = summary?.messages ?? bodies.map(entryOf);
  // The summary has the body's messages in the body's order.
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
  const name = nameOf(recordOf(body['params']));
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
    name: entry.name ?? nameOf(params ?? {}),
    parent: parseTraceparent(meta['traceparent']),
    revision: textOf(params?.['protocolVersion']) ?? textOf(meta['io.modelcontextprotocol/protocolVersion']),
    params,
  };
}

const nameOf = (params: JsonObject): string | undefined => textOf(params['name']) ?? textOf(params['uri']);
