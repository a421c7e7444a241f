import { isJsonObject } from '../../shared/json/json-object';
import { parseJson } from '../../shared/json/lenient-json';
import type { ApiName } from './apis';

/** The APIs that report the tokens of a stream only on request. */
const USAGE_ON_REQUEST: ReadonlySet<ApiName> = new Set(['openai_chat', 'openai_completions']);

const OPTION = Buffer.from('"stream_options":{"include_usage":true},');

/**
 * Adds `stream_options.include_usage` to a request body; undefined if nothing is to be added: the response is not
 * streamed, the client sent `stream_options`, or the body cannot be parsed or is longer than `maxBytes`. All bytes of
 * the client's body are kept.
 */
export function injectStreamUsage(api: ApiName, body: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (!USAGE_ON_REQUEST.has(api) || body.length > maxBytes) return undefined;
  const members = parseJson(Buffer.from(body).toString('utf8'));
  if (!isJsonObject(members) || members['stream'] !== true || Object.hasOwn(members, 'stream_options'))
    return undefined;
  // The body is an object with a member, so its first brace opens it.
  const start = body.indexOf(0x7b) + 1;
  return Buffer.concat([body.subarray(0, start), OPTION, body.subarray(start)]);
}
