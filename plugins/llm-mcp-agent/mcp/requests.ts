import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { recordOf } from '../../shared/json/lenient-json';
import { META_CAPABILITIES, META_CLIENT_INFO, META_VERSION } from '../../shared/mcp/meta-keys';
import type { Revision } from '../../shared/mcp/revisions';
import { isModern } from '../../shared/mcp/revisions';
import { VERSION } from '../../shared/runtime/version';

/** How this client introduces itself. */
export const CLIENT_INFO = { name: 'llm-mcp-agent', version: VERSION };

/** A JSON-RPC message with the headers that repeat parts of it. */
export interface RpcRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a request is about. */
interface Parts {
  /** Absent for a notification. */
  readonly id?: number;
  readonly method: string;
  readonly params?: JsonObject;
  /** Of the tool, for headers that repeat arguments (2026-07-28). */
  readonly schema?: JsonObject;
}

const COMMON = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** A request of a revision. From 2026-07-28 on it carries the version, and headers repeat the method and the name. */
export function rpcRequest(
  revision: Revision,
  { id, method, params = {}, schema }: Parts,
  sessionId?: string,
): RpcRequest {
  const message = { jsonrpc: '2.0', ...(id !== undefined && { id }), method };
  if (!isModern(revision)) {
    const headers = {
      ...COMMON,
      ...(method !== 'initialize' && { 'mcp-protocol-version': revision }),
      ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
    };
    return { headers, body: JSON.stringify({ ...message, ...(Object.keys(params).length > 0 && { params }) }) };
  }
  const meta = {
    ...recordOf(params['_meta']),
    [META_VERSION]: revision,
    [META_CLIENT_INFO]: CLIENT_INFO,
    [META_CAPABILITIES]: {},
  };
  const { name } = params;
  return {
    headers: {
      ...COMMON,
      'mcp-protocol-version': revision,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': headerValue(name) }),
      ...parameterHeaders(recordOf(params['arguments']), schema),
    },
    body: JSON.stringify({ ...message, params: { ...params, _meta: meta } }),
  };
}

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** A value as a header: plain ASCII, or UTF-8 in base64 (2026-07-28, basic/transports, "Value Encoding"). */
const headerValue = (value: string): string =>
  PLAIN.test(value) && !value.startsWith('=?base64?') ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;

/** The arguments that the schema of a tool wants repeated in headers (2026-07-28, server/tools, `x-mcp-header`). */
function parameterHeaders(args: JsonObject, schema: JsonObject = {}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, property] of Object.entries(recordOf(schema['properties']))) {
    const header = isJsonObject(property) ? property['x-mcp-header'] : undefined;
    const value = args[name];
    if (typeof header !== 'string' || !/^[\w-]{1,64}$/.test(header)) continue;
    if (['string', 'number', 'boolean'].includes(typeof value))
      headers[`mcp-param-${header.toLowerCase()}`] = headerValue(String(value));
  }
  return headers;
}
