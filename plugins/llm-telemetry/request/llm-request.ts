import { JsonDocument } from '../../shared/json/json-document';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, recordOf, textOf } from '../../shared/json/lenient-json';
import type { Api, ApiName } from './apis';
import { parametersOf, type Parameters } from './parameters';

/** What a request asked for. What it did not say, or was lost to the capture's bound, is undefined. */
export interface LlmRequest {
  readonly model: string | undefined;
  /** What the request said of streaming; undefined where it did not. */
  readonly stream: boolean | undefined;
  readonly messageCount: number | undefined;
  readonly toolCount: number | undefined;
  readonly hasImages: boolean;
  readonly jsonOutput: boolean;
  readonly parameters: Parameters;
  readonly conversationId: string | undefined;
  /** True for Ollama's way to load or unload a model: nothing is inferred. */
  readonly empty: boolean;
  /** False where there was nothing to read: no body was captured, its encoding is unknown, or it is no JSON object. */
  readonly isRead: boolean;
  /** The whole body, where it was captured whole; for content that is opted in. */
  readonly body: JsonObject | undefined;
}

/** What there is of a request's body. */
export interface RequestBytes {
  readonly head: Uint8Array;
  /** What was kept of its end, where the middle is missing; members may stand in any order. */
  readonly tail: Uint8Array;
  readonly complete: boolean;
}

/**
 * Reads a request's body. Never throws.
 *
 * @param modelInPath the model that the path names, which counts where the body names none
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

/** The things the model is asked about, one by one: messages of a chat, prompts, inputs. */
function messagesOf(api: ApiName, members: JsonObject): readonly unknown[] | undefined {
  const list = members['messages'] ?? members['input'] ?? members['prompt'];
  if (Array.isArray(list)) return api === 'openai_completions' && isTokenList(list) ? [list] : (list as unknown[]);
  return typeof list === 'string' ? [list] : undefined;
}

/** OpenAI takes one prompt as a list of token ids. */
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
