import { countOf, isRecord, listOf, recordOf, textOf, type JsonRecord } from '../../shared/lenient-json';
import { errorOf } from './errors';
import type { Wording } from './reader';
import type { ReplyBuilder } from './reply';

/** OpenAI `/v1/chat/completions`: documents of `choices[].message`, records of `choices[].delta`. */
export const openaiChat: Wording = {
  readDocument: (document, builder) => {
    readCommon(document, builder);
    readUsage(document['usage'], builder);
    for (const choice of listOf(document['choices'])) readChoice(recordOf(choice), 'message', builder);
  },
  readRecord: (record, builder) => {
    readCommon(record, builder);
    const choices = listOf(record['choices']);
    readStreamedUsage(record['usage'], choices, builder);
    for (const choice of choices) readChoice(recordOf(choice), 'delta', builder);
  },
};

/** OpenAI `/v1/completions`: `choices[].text`, whether streamed or not. */
export const openaiCompletions: Wording = {
  readDocument: (document, builder) => {
    readCommon(document, builder);
    readUsage(document['usage'], builder);
    for (const choice of listOf(document['choices'])) readText(recordOf(choice), builder);
  },
  readRecord: (record, builder) => {
    readCommon(record, builder);
    const choices = listOf(record['choices']);
    readStreamedUsage(record['usage'], choices, builder);
    for (const choice of choices) readText(recordOf(choice), builder);
  },
};

/** OpenAI `/v1/embeddings`, which is never streamed. The vectors are never looked at. */
export const openaiEmbeddings: Wording = {
  readDocument: (document, builder) => {
    readCommon(document, builder);
    const tokens = countOf(recordOf(document['usage'])['prompt_tokens']);
    if (tokens !== undefined) builder.reply.inputTokens = tokens;
  },
  readRecord: (record, builder) => {
    readCommon(record, builder);
  },
};

function readCommon(record: JsonRecord, { reply }: ReplyBuilder): void {
  const model = textOf(record['model']);
  const id = textOf(record['id']);
  const error = errorOf(record);
  if (model !== undefined) reply.model = model;
  if (id !== undefined) reply.id = id;
  if (error) reply.error = error;
}

/**
 * OpenAI and Ollama tell the usage in a last record without choices; LiteLLM in one with an empty choice, vLLM on demand
 * in every record, what it is so far. Beside choices a 0 is a placeholder, as Ollama's `/v1/completions` sends it.
 */
function readStreamedUsage(usage: unknown, choices: readonly unknown[], builder: ReplyBuilder): void {
  readUsage(usage, builder, choices.length === 0 ? 0 : 1);
}

function readUsage(usage: unknown, { reply }: ReplyBuilder, least = 0): void {
  if (!isRecord(usage)) return;
  const input = countOf(usage['prompt_tokens']);
  const output = countOf(usage['completion_tokens']);
  if (input !== undefined && input >= least) reply.inputTokens = input;
  if (output !== undefined && output >= least) reply.outputTokens = output;
}

function readText(choice: JsonRecord, builder: ReplyBuilder): void {
  builder.addText(textOf(choice['text']));
  builder.addFinishReason(textOf(choice['finish_reason']));
}

function readChoice(choice: JsonRecord, part: 'message' | 'delta', builder: ReplyBuilder): void {
  const message = recordOf(choice[part]);
  builder.addText(textOf(message['content']));
  builder.addThinking(textOf(message['reasoning']) ?? textOf(message['reasoning_content']));
  for (const call of listOf(message['tool_calls'])) readToolCall(recordOf(call), builder);
  builder.addFinishReason(textOf(choice['finish_reason']));
}

/** A streamed call comes in pieces: the first one has the name, the others append to its arguments. */
function readToolCall(call: JsonRecord, builder: ReplyBuilder): void {
  const { name, arguments: args } = recordOf(call['function']);
  const id = textOf(call['id']);
  const json = typeof args === 'string' ? args : undefined;
  const index = countOf(call['index']);
  const tool = textOf(name);
  if (tool === undefined) builder.extendToolCall(index, json);
  else
    builder.addToolCall({
      name: tool,
      ...(id !== undefined && { id }),
      ...(json !== undefined && { arguments: json }),
    });
}
