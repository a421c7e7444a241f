import { type JsonObject, isJsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf, stringify, textOf } from '../../../shared/json/lenient-json';
import { bareErrorOf, errorOf } from '../../../shared/llm/errors';
import { countsOf, positive, tokensOf, usageOf } from '../../../shared/llm/usage';
import { textAndThinkingOf } from '../content-parts';
import type { ResponseBuilder } from '../llm-response';
import type { ApiFormat } from '../reader';

/**
 * OpenAI `/v1/chat/completions` and `/v1/completions`: documents with `choices[].message`, records with
 * `choices[].delta`, and `choices[].text` in both. Compatible servers respond at one path in the format of the other.
 */
export const openaiCompletions: ApiFormat = {
  readDocument: (document, builder) => {
    readCommon(document, builder);
    readCounts(document, true, builder);
    listOf(document['choices']).forEach((choice, place) => {
      readChoice(recordOf(choice), place, builder);
    });
  },
  readRecord: (record, builder) => {
    readCommon(record, builder);
    const choices = listOf(record['choices']);
    // Next to choices a 0 is a placeholder, as in Ollama's `/v1/completions`.
    readCounts(record, choices.length === 0, builder);
    choices.forEach((choice, place) => {
      const members = recordOf(choice);
      readStreamedChoice(members, countOf(members['index']) ?? place, builder);
    });
  },
  endsWithReasons: true,
};

/** OpenAI `/v1/embeddings`, which is never streamed. The vectors are not read. Some servers report only the total. */
export const openaiEmbeddings: ApiFormat = {
  readDocument: (document, builder) => {
    readCommon(document, builder);
    const usage = usageOf(document) ?? {};
    const input = countsOf(usage).input ?? positive(tokensOf(usage, ['total_tokens']));
    if (input !== undefined) builder.response.inputTokens = input;
  },
  readRecord: (record, builder) => {
    readCommon(record, builder);
  },
};

function readCommon(record: JsonObject, { response }: ResponseBuilder): void {
  const model = textOf(record['model']);
  const id = textOf(record['id']);
  const error = errorOf(record) ?? bareErrorOf(record);
  if (model !== undefined) response.model = model;
  if (id !== undefined) response.id = id;
  if (error) response.error = error;
}

/**
 * The usage is in a last record without choices, next to the last choice, or in every record with the counts so far.
 */
function readCounts(record: JsonObject, zeroCounts: boolean, builder: ResponseBuilder): void {
  const usage = usageOf(record);
  if (usage) builder.addCounts(countsOf(usage), zeroCounts);
}

function readChoice(choice: JsonObject, place: number, builder: ResponseBuilder): void {
  const message = recordOf(choice['message'] ?? choice['delta']);
  readContent(choice, message, place, builder);
  const calls = listOf(message['tool_calls']);
  for (const call of calls) builder.toolCalls.add(pieceOf(recordOf(call)));
  if (calls.length === 0 && isJsonObject(message['function_call']))
    builder.toolCalls.add(pieceOf({ function: message['function_call'] }));
  readEnd(choice, place, builder);
}

function readStreamedChoice(choice: JsonObject, index: number, builder: ResponseBuilder): void {
  const { delta, message } = choice;
  const content = recordOf(isJsonObject(delta) ? delta : message);
  // A last record may repeat the whole message (MiniMax).
  const isRepeated = !isJsonObject(delta) && isJsonObject(message) && builder.hasText(index);
  if (!isRepeated) readContent(choice, content, index, builder);
  const calls = listOf(content['tool_calls']);
  for (const call of calls) builder.toolCalls.take({ choice: index, ...pieceOf(recordOf(call)) });
  if (calls.length === 0 && isJsonObject(content['function_call']))
    builder.toolCalls.take({ choice: index, ...pieceOf({ function: content['function_call'] }) });
  readEnd(choice, index, builder);
}

function readContent(choice: JsonObject, message: JsonObject, index: number, builder: ResponseBuilder): void {
  const { text, thinking } = textAndThinkingOf(message['content'] ?? choice['text']);
  const reasoning = textAndThinkingOf(message['reasoning'] ?? message['reasoning_content'] ?? message['thinking']).text;
  builder.addText(text, index);
  builder.addThinking(reasoning ?? thinking);
}

function readEnd(choice: JsonObject, index: number, builder: ResponseBuilder): void {
  builder.recordChoice(index, textOf(choice['finish_reason']));
  const error = errorOf(choice);
  if (error) builder.response.error = error;
}

function pieceOf(call: JsonObject) {
  const { name, arguments: args } = recordOf(call['function']);
  return {
    index: countOf(call['index']),
    id: textOf(call['id']),
    name: textOf(name),
    arguments: typeof args === 'string' || args === null ? (args ?? undefined) : stringify(args),
  };
}
