import { anthropicDialect } from './anthropic-dialect';
import { anthropicToChat, type AnthropicRequest } from './anthropic-request';
import { chatDialect, generateDialect, type Dialect } from './dialects';
import type { Model } from './models';
import { openaiDialect } from './openai-dialect';
import { toChatRequest, type OpenaiChatRequest } from './openai-request';
import type { Question } from './reply';
import type { ChatRequest, GenerateRequest } from './requests';
import { responsesDialect } from './responses-dialect';
import { responsesToChat, type ResponsesRequest } from './responses-request';
import { countTokens, tokenId, tokenize } from './tokens';

/** A request to answer: the question, its length in tokens, and the format of its endpoint. */
export interface Task {
  question: Question;
  promptTokens: number;
  seed: number;
  stream: boolean;
  dialect: Dialect;
  /** Set if the request only loads or unloads the model. */
  only?: 'load' | 'unload';
}

/** A task, or the message of a 400 as Ollama words it. */
export type Read = { ok: true; task: Task } | { ok: false; error: string };

/** Tokens that a model's template adds to each message. */
const TEMPLATE_TOKENS = 4;
const MAX_CONTEXT = 512;
/** Characters of the prompt that determine the answer; all of it is counted. */
const MAX_PROMPT_CHARS = 16_384;

/** Reads a chat request for a model; tools count as part of the prompt. */
export function readChat(request: ChatRequest, model: Model): Read {
  const messages = request.messages ?? [];
  const tools = request.tools ?? [];
  const problem = problemOf(request, model, 'chat', tools.length > 0);
  if (problem !== undefined) return { ok: false, error: problem };

  const last = messages.at(-1);
  const prompt = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const promptTokens = messages.reduce((sum, { content }) => sum + countTokens(content) + TEMPLATE_TOKENS, 0);
  return {
    ok: true,
    task: {
      ...taskOf(request),
      question: {
        ...questionOf(request, model, prompt),
        tools,
        ...(last?.role === 'tool' && { toolResult: last.content }),
      },
      promptTokens: promptTokens + (tools.length > 0 ? countTokens(JSON.stringify(tools)) : 0),
      dialect: chatDialect(request.model),
      ...(messages.length === 0 && { only: onlyKeepAlive(request) }),
    },
  };
}

/** Reads a request in OpenAI's format for a model. */
export function readOpenaiChat(request: OpenaiChatRequest, model: Model): Read {
  const read = readChat(toChatRequest(request), model);
  if (!read.ok) return read;
  const { prompt } = read.task.question;
  const dialect = openaiDialect(
    request.model,
    `chatcmpl-${tokenId(prompt)}`,
    request.stream_options?.include_usage ?? false,
  );
  return { ok: true, task: { ...read.task, dialect } };
}

/** Reads a request of the responses API for a model. */
export function readResponses(request: ResponsesRequest, model: Model): Read {
  return readAs(responsesToChat(request), model, (id) => responsesDialect(request.model, id));
}

/** Reads a request of the messages API for a model. */
export function readAnthropic(request: AnthropicRequest, model: Model): Read {
  return readAs(anthropicToChat(request), model, (id, tokens) => anthropicDialect(request.model, id, tokens));
}

function readAs(request: ChatRequest, model: Model, dialectOf: (id: string, promptTokens: number) => Dialect): Read {
  const read = readChat(request, model);
  if (!read.ok) return read;
  const { question, promptTokens } = read.task;
  const id = `${tokenId(question.prompt)}${question.toolResult === undefined ? '' : 'b'}`;
  return { ok: true, task: { ...read.task, dialect: dialectOf(id, promptTokens) } };
}

/** Reads a generate request for a model. */
export function readGenerate(request: GenerateRequest, model: Model): Read {
  const problem = problemOf(request, model, 'generate', false);
  if (problem !== undefined) return { ok: false, error: problem };

  const { prompt, system } = request;
  return {
    ok: true,
    task: {
      ...taskOf(request),
      question: questionOf(request, model, prompt),
      promptTokens: countTokens(system ?? '') + countTokens(prompt) + TEMPLATE_TOKENS,
      dialect: generateDialect(request.model, (response) => contextOf(prompt, response)),
      ...(prompt === '' && { only: onlyKeepAlive(request) }),
    },
  };
}

type AnyRequest = ChatRequest | GenerateRequest;

function problemOf(
  { think }: AnyRequest,
  { name, capabilities }: Model,
  verb: string,
  tools: boolean,
): string | undefined {
  const short = name.replace(/:latest$/, '');
  if (!capabilities.includes('completion')) return `"${short}" does not support ${verb}`;
  if (tools && !capabilities.includes('tools')) return `registry.ollama.ai/library/${name} does not support tools`;
  if (wantsThinking(think) && !capabilities.includes('thinking')) return `"${short}" does not support thinking`;
  return undefined;
}

function taskOf(request: AnyRequest): Pick<Task, 'seed' | 'stream'> {
  return { seed: request.options?.seed ?? 0, stream: request.stream ?? true };
}

function questionOf(request: AnyRequest, model: Model, prompt: string): Question {
  return {
    model,
    prompt: prompt.slice(0, MAX_PROMPT_CHARS),
    tools: [],
    think: wantsThinking(request.think),
    json: request.format !== undefined && request.format !== null && request.format !== '',
    numPredict: request.options?.num_predict ?? -1,
    stop: request.options?.stop ?? [],
  };
}

function wantsThinking(think: boolean | string | null | undefined): boolean {
  return think === true || (typeof think === 'string' && think !== '');
}

function onlyKeepAlive({ keep_alive: keepAlive }: AnyRequest): 'load' | 'unload' {
  return keepAlive === 0 || keepAlive === '0' || keepAlive === '0s' ? 'unload' : 'load';
}

function contextOf(prompt: string, response: string): number[] {
  return [...tokenize(prompt.slice(-MAX_PROMPT_CHARS)), ...tokenize(response)].slice(-MAX_CONTEXT).map(tokenId);
}
