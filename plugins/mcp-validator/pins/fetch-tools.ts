import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { listOf, textOf } from '../../shared/json/lenient-json';
import { META_CAPABILITIES, META_CLIENT_INFO, META_VERSION } from '../../shared/mcp/meta-keys';
import { REVISIONS, isModern } from '../../shared/mcp/revisions';
import { VERSION } from '../../shared/runtime/version';
import { postMessage, type RpcResponse } from './json-rpc-http';

/** The pages of a list that are read. */
const MAX_PAGES = 200;
const CLIENT_INFO = { name: 'kong-ai-plugins', version: VERSION };

type HeaderMap = Readonly<Record<string, string>>;

/** Sends a request of the opened connection and returns its result. */
type Call = (method: string, params: JsonObject) => Promise<JsonObject>;

/**
 * Reads all tools of a server over Streamable HTTP: with a session, or statelessly if the server supports only that.
 *
 * @param headers credentials and others, for each request
 * @throws Error that says what the server did, without credentials
 */
export async function fetchTools(url: string, headers: HeaderMap): Promise<readonly JsonObject[]> {
  const session = await openSession(url, headers);
  try {
    return await listAll(session?.call ?? statelessCall(url, headers));
  } finally {
    await session?.close();
  }
}

async function listAll(call: Call): Promise<readonly JsonObject[]> {
  const tools: JsonObject[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const result = await call('tools/list', cursor === undefined ? {} : { cursor });
    const page = memberOf(result, 'tools');
    if (!Array.isArray(page)) throw new Error('the response to tools/list has no list of tools');
    tools.push(...listOf(page).filter(isJsonObject));
    cursor = textOf(memberOf(result, 'nextCursor'));
    if (cursor !== undefined && (cursors.has(cursor) || cursors.size >= MAX_PAGES)) {
      throw new Error(
        cursors.has(cursor)
          ? 'a cursor of tools/list leads back to itself'
          : `tools/list has more than ${MAX_PAGES} pages`,
      );
    }
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return tools;
}

/** A session; undefined if the server supports only stateless requests. */
async function openSession(
  url: string,
  headers: HeaderMap,
): Promise<{ readonly call: Call; readonly close: () => Promise<void> } | undefined> {
  const newest = REVISIONS.filter((revision) => !isModern(revision)).at(-1) ?? '';
  const params = { protocolVersion: newest, capabilities: {}, clientInfo: CLIENT_INFO };
  const answer = await postMessage(url, request(1, 'initialize', params), headers);
  if (supportsOnlyModern(answer)) return undefined;
  const version = textOf(memberOf(resultOf('initialize', answer), 'protocolVersion')) ?? newest;
  const id = answer.headers.get('mcp-session-id');
  const common = { ...headers, 'MCP-Protocol-Version': version, ...(id !== null && { 'Mcp-Session-Id': id }) };
  await postMessage(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, common);
  let last = 1;
  return {
    call: async (method, given) => resultOf(method, await postMessage(url, request(++last, method, given), common)),
    close: async () => {
      // Servers may forbid it, and then end the session by themselves.
      if (id !== null) await fetch(url, { method: 'DELETE', headers: common }).catch(() => undefined);
    },
  };
}

function statelessCall(url: string, headers: HeaderMap): Call {
  const version = REVISIONS.filter(isModern).at(-1) ?? '';
  let last = 0;
  return async (method, params) => {
    const meta = { [META_VERSION]: version, [META_CAPABILITIES]: {}, [META_CLIENT_INFO]: CLIENT_INFO };
    const message = request(++last, method, { ...params, _meta: meta });
    const mirrored = { 'MCP-Protocol-Version': version, 'Mcp-Method': method };
    return resultOf(method, await postMessage(url, message, { ...headers, ...mirrored }));
  };
}

const request = (id: number, method: string, params: JsonObject): JsonObject => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});

/** `initialize` is answered with the versions that the server supports, or as an unknown method (2026-07-28). */
function supportsOnlyModern({ status, message }: RpcResponse): boolean {
  const error = message && memberOf(message, 'error');
  if (!isJsonObject(error)) return false;
  const data = memberOf(error, 'data');
  const supported = isJsonObject(data) ? listOf(memberOf(data, 'supported')) : [];
  if (supported.length > 0) return supported.every((one) => typeof one === 'string' && isModern(one));
  return status === 404 || memberOf(error, 'code') === -32601;
}

function resultOf(method: string, { status, message }: RpcResponse): JsonObject {
  const result = message && memberOf(message, 'result');
  if (isJsonObject(result)) return result;
  const error = message && memberOf(message, 'error');
  const text = isJsonObject(error) ? textOf(memberOf(error, 'message')) : undefined;
  throw new Error(`${method} failed with HTTP status ${status}${text === undefined ? '' : `: ${text.slice(0, 200)}`}`);
}
