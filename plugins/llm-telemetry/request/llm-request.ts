import { JsonDocument } from '../../shared/json/json-document';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, recordOf, textOf } from '../../shared/json/lenient-json';
import type { Api, ApiName } from './apis';
import { parametersOf, type Parameters } from './parameters';

/** The facts of a request. A fact that is absent, or that the capture did not keep, is undefined. */
export interface LlmRequest {
  readonly model: string | undefined;
  /** The member `stream`; undefined if it is absent. */
  readonly stream: boolean | undefined;
  readonly messageCount: number | undefined;
  readonly toolCount: number | undefined;
  readonly hasImages: boolean;
  readonly jsonOutput: boolean;
  readonly parameters: Parameters;
  readonly conversationId: string | undefined;
  /** True for a request that only loads or unloads a model (Ollama). */
  readonly empty: boolean;
  /** False if nothing could be read: the body was not captured, its encoding is unknown, or it is not a JSON object. */
  readonly isRead: boolean;
  /** The body, if it was captured completely; for captured content. */
  readonly body: JsonObject | undefined;
}

/** The captured bytes of a request body. */
export interface RequestBytes {
  readonly head: Uint8Array;
  /** The last bytes, if bytes before them are missing; members may be in any order. */
  readonly tail: Uint8Array;
  readonly complete: boolean;
}

/**
 * Parses a request body. Never throws.
 *
 * @param modelInPath the model in the path, used if the body names none
 */
export function readRequest(api: Api, { head, tail, complete }: RequestBytes, modelInPath?: string): LlmRequest {
  const document = new JsonDocument(2 * Math.max(1, head.length, tail.length));
  document.push(head);
  if (!complete) document.gap();
  if (!complete) document.push(tail);
  const { members, value } = document.end();
  return { isRead: members !== undefined, ...requestOf(api, members ?? {}, complete ? value : undefined, modelInPath) };
}

function requestOf(
  api: Api,
  members: JsonObject,
  value: unknown,
  modelInPath: string | undefined,
): Omit<LlmRequest, 'isRead'> {
  const whole = value !== undefined;
  const messages = messagesOf(api.name, members);
  const tools = members['tools'];
  return {
    model: textOf(members['model']) ?? modelInPath,
    stream: typeof members['stream'] === 'boolean' ? members['stream'] : undefined,
    messageCount: messages?.length,
    toolCount: Array.isArray(tools) ? tools.length : whole ? 0 : undefined,
    hasImages: hasImages(members, messages),
    jsonOutput: asksForJson(members),
    parameters: parametersOf(members),
    conversationId: textOf(members['conversation']) ?? textOf(recordOf(members['conversation'])['id']),
    empty: whole && isEmpty(api.name, members),
    body: whole && isJsonObject(value) ? value : undefined,
  };
}

/** The inputs of the model: messages of a chat, prompts or inputs. */
function messagesOf(api: ApiName, members: JsonObject): readonly unknown[] | undefined {
  const list = members['messages'] ?? members['input'] ?? members['prompt'];
  if (Array.isArray(list)) return api === 'openai_completions' && isTokenList(list) ? [list] : (list as unknown[]);
  return typeof list === 'string' ? [list] : undefined;
}

/** OpenAI accepts a prompt as a list of token ids. */
const isTokenList = (list: readonly unknown[]): boolean => typeof list[0] === 'number';

function hasImages(members: JsonObject, messages: readonly unknown[] | undefined): boolean {
  if (listOf(members['images']).length > 0) return true;
  return (messages ?? []).some((message) => {
    const { images, content } = recordOf(message);
    return listOf(images).length > 0 || listOf(content).some(isImagePart);
  });
}

const isImagePart = (part: unknown): boolean => /image/.test(textOf(recordOf(part)['type']) ?? '');

function asksForJson(members: JsonObject): boolean {
  const { format, response_format } = members;
  if (format === 'json' || isJsonObject(format)) return true;
  return /^json/.test(textOf(recordOf(response_format)['type']) ?? '');
}

function isEmpty(api: ApiName, members: JsonObject): boolean {
  if (api === 'ollama_chat') return listOf(members['messages']).length === 0;
  return (
    api === 'ollama_generate' && (members['prompt'] === undefined || members['prompt'] === '') && !members['images']
  );
}
