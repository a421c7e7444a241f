import { lastObjectNamed } from '../../../shared/json/json-fragment';
import type { JsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import { errorOf } from '../../../shared/llm/errors';
import { countsOf, usageOf } from '../../../shared/llm/usage';
import { textAndThinkingOf } from '../content-parts';
import type { ResponseBuilder } from '../llm-response';
import type { ApiFormat } from '../reader';

/**
 * OpenAI `/v1/responses`. Its stream ends with `response.completed`, `.incomplete` or `.failed`, which contain the
 * whole response, and without `[DONE]`.
 */
export const openaiResponses: ApiFormat = {
  readDocument: (document, builder) => {
    readUsage(usageOf(document), builder);
    readResponseObject(document, builder);
    readOutput(document, builder, true);
  },
  readRecord: (record, builder) => {
    switch (record['type']) {
      case 'response.created':
      case 'response.in_progress':
        readIdentity(recordOf(record['response']), builder);
        break;
      case 'response.output_text.delta':
        builder.addText(textOf(record['delta']));
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        builder.addThinking(textOf(record['delta']));
        break;
      case 'response.output_item.added':
        takeCall(recordOf(record['item']), countOf(record['output_index']), builder);
        break;
      case 'response.output_item.done':
        takeCall(recordOf(record['item']), countOf(record['output_index']), builder);
        break;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        takeArguments(record, builder);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.done':
        readEnd(record, recordOf(record['response']), builder);
        break;
      default:
        readUntyped(record, builder);
    }
  },
  // The last record contains the whole response again, with the usage near its end.
  readPartialRecord: (rest, builder) => {
    const usage = lastObjectNamed('usage', rest);
    if (!usage || countOf(usage['output_tokens']) === undefined) return;
    readUsage(usage, builder);
    builder.response.terminal = true;
  },
};

function readIdentity(members: JsonObject, { response }: ResponseBuilder): void {
  const id = textOf(members['id']);
  const model = textOf(members['model']);
  const conversation = textOf(recordOf(members['conversation'])['id']);
  if (id !== undefined) response.id = id;
  if (model !== undefined) response.model = model;
  if (conversation !== undefined) response.conversationId = conversation;
}

function readResponseObject(members: JsonObject, builder: ResponseBuilder): void {
  const { response } = builder;
  readIdentity(members, builder);
  const status = textOf(members['status']);
  const error = errorOf(members);
  if (error || status === 'failed') response.error = error ?? { message: 'failed' };
  else builder.recordChoice(0, status);
}

/** The last record repeats the whole response: only what no event has reported before is used. */
function readEnd(record: JsonObject, members: JsonObject, builder: ResponseBuilder): void {
  readUsage(usageOf(record), builder);
  readResponseObject(members, builder);
  readOutput(members, builder, !builder.hasText(0));
  builder.response.terminal = true;
}

/** An error, or a whole response instead of the records of a stream. */
function readUntyped(record: JsonObject, builder: ResponseBuilder): void {
  const error = errorOf(record);
  if (error) builder.response.error = error;
  else if (record['object'] === 'response') readEnd(record, record, builder);
}

function readUsage(usage: JsonObject | undefined, builder: ResponseBuilder): void {
  if (usage) builder.addCounts(countsOf(usage), true);
}

/** @param withText false if the text was streamed in deltas before */
function readOutput(members: JsonObject, builder: ResponseBuilder, withText: boolean): void {
  listOf(members['output']).forEach((one, index) => {
    const item = recordOf(one);
    takeCall(item, index, builder);
    if (!withText) return;
    if (item['type'] !== 'reasoning') builder.addText(textAndThinkingOf(item['content']).text);
    builder.addThinking(textAndThinkingOf(item['summary']).text);
  });
}

const CALLS = new Set<unknown>(['function_call', 'custom_tool_call']);

function takeCall(item: JsonObject, index: number | undefined, builder: ResponseBuilder): void {
  if (!CALLS.has(item['type'])) return;
  const args = textOf(item['arguments']) ?? textOf(item['input']);
  const id = textOf(item['call_id']) ?? textOf(item['id']);
  builder.toolCalls.take({ index, id, name: textOf(item['name']), arguments: args, whole: true });
}

function takeArguments(record: JsonObject, builder: ResponseBuilder): void {
  builder.toolCalls.take({ index: countOf(record['output_index']), arguments: textOf(record['delta']) });
}
