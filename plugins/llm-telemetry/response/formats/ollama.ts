import { membersOfTail } from '../../../shared/json/json-fragment';
import { type JsonObject, isJsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, numberOf, recordOf, stringify, textOf } from '../../../shared/json/lenient-json';
import { errorOf } from '../../../shared/llm/errors';
import { countsOf, usageOf } from '../../../shared/llm/usage';
import { textAndThinkingOf } from '../content-parts';
import type { ResponseBuilder, Timings } from '../llm-response';
import type { ApiFormat } from '../reader';

/**
 * Ollama `/api/chat` and `/api/generate` (`api/types.go`, ChatResponse and GenerateResponse). A response that is not
 * streamed is one record with `done: true`.
 */
export const ollamaGeneration: ApiFormat = {
  readDocument: (document, builder) => {
    readGeneration(document, builder);
    // The first and only record of a stream that has the media type of a document.
    if (document['done'] === false) builder.response.terminal = false;
  },
  readRecord: readGeneration,
  // The last record of `/api/generate` contains the context, one number per token, and then the counts.
  readPartialRecord: (rest, builder) => {
    const members = membersOfTail(rest);
    if (members?.['total_duration'] === undefined) return;
    readUsage(members, builder);
    builder.response.terminal = true;
  },
};

/** Ollama `/api/embed` and `/api/embeddings`; the latter reports no tokens. The vectors are not read. */
export const ollamaEmbedding: ApiFormat = { readDocument: readEmbedding, readRecord: readEmbedding };

function readGeneration(record: JsonObject, builder: ResponseBuilder): void {
  const { response } = builder;
  readCommon(record, builder);
  const message = recordOf(record['message']);
  const { text, thinking } = textAndThinkingOf(message['content'] ?? record['response']);
  builder.addText(text);
  builder.addThinking(textAndThinkingOf(message['thinking'] ?? record['thinking']).text ?? thinking);
  // Tool calls are in a record before the last one or in the last one, depending on the parser: all are read.
  for (const call of listOf(message['tool_calls'] ?? record['tool_calls'])) addToolCall(call, builder);
  if (record['done'] !== true) return;
  response.terminal = true;
  builder.recordChoice(0, textOf(record['done_reason']));
  readUsage(record, builder);
}

function readEmbedding(record: JsonObject, builder: ResponseBuilder): void {
  readCommon(record, builder);
  readUsage(record, builder);
}

function readCommon(record: JsonObject, { response }: ResponseBuilder): void {
  const model = textOf(record['model']);
  const remoteHost = textOf(record['remote_host']);
  const error = errorOf(record);
  if (model !== undefined) response.model = model;
  if (remoteHost !== undefined) response.remoteHost = remoteHost;
  if (error) response.error = error;
}

/**
 * Counts are `omitempty` in Ollama: an absent one may be 0, or a prompt that an older release did not count. Compatible
 * servers send 0 for counts that they do not have, or `usage` as in OpenAI's format.
 */
function readUsage(record: JsonObject, builder: ResponseBuilder): void {
  const { response } = builder;
  const counts = countsOf(record);
  const usage = counts.input === undefined && !counts.output ? usageOf(record) : undefined;
  builder.addCounts(usage ? countsOf(usage) : counts, true);
  const timings = {
    ...milliseconds('totalMs', record['total_duration']),
    ...milliseconds('loadMs', record['load_duration']),
    ...milliseconds('promptEvalMs', record['prompt_eval_duration']),
    ...milliseconds('evalMs', record['eval_duration']),
  };
  if (Object.keys(timings).length > 0) response.timings = timings;
}

/** Calls are complete; a call with a known id is the same call. */
function addToolCall(call: unknown, builder: ResponseBuilder): void {
  if (!isJsonObject(call)) return;
  const { index, name, arguments: args } = recordOf(call['function']);
  const id = textOf(call['id']);
  const json = typeof args === 'string' ? args : stringify(args);
  const piece = { index: countOf(index), id, name: textOf(name), arguments: json };
  if (id === undefined) builder.toolCalls.add(piece);
  else builder.toolCalls.take(piece);
}

function milliseconds(key: keyof Timings, nanoseconds: unknown): Timings {
  const value = numberOf(nanoseconds);
  return value !== undefined && value >= 0 ? { [key]: value / 1e6 } : {};
}
