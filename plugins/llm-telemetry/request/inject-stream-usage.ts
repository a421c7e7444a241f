import { isJsonObject } from '../../shared/json/json-object';
import { parseJson } from '../../shared/json/lenient-json';
import type { ApiName } from './apis';

/** The APIs that report the tokens of a stream only when they are asked to. */
const USAGE_ON_REQUEST: ReadonlySet<ApiName> = new Set(['openai_chat', 'openai_completions']);

const OPTION = Buffer.from('"stream_options":{"include_usage":true},');

/**
 * The body with `stream_options.include_usage` added; undefined where there is nothing to add: no stream, a client that
 * has stream options of its own, or a body that can't be read or is longer than `maxBytes`. Every byte of the client's
 * stays as it was.
 */
export function injectStreamUsage(api: ApiName, body: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (!USAGE_ON_REQUEST.has(api) || body.length > maxBytes) return undefined;
  const members = parseJson(Buffer.from(body).toString('utf8'));
  if (!isJsonObject(members) || members['stream'] !== true || Object.hasOwn(members, 'stream_options'))
    return undefined;
  // It parsed as an object with a member, so its first brace opens it.
  const start = body.indexOf(0x7b) + 1;
  return Buffer.concat([body.subarray(0, start), OPTION, body.subarray(start)]);
}
