import { lastObjectNamed } from '../../../shared/json/json-fragment';
import type { JsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import { saidIn } from '../content-parts';
import { errorOf } from '../errors/errors';
import type { ReplyBuilder } from '../llm-response';
import type { Wording } from '../reader';
import { countsOf, usageOf } from '../tokens/usage';

/**
 * OpenAI `/v1/responses`. Its stream ends with `response.completed`, `.incomplete` or `.failed`, which carry the whole
 * response, and with no `[DONE]`.
 */
export const openaiResponses: Wording = {
  readDocument: (document, builder) => {
    readUsage(usageOf(document), builder);
    readResponse(document, builder);
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
  // The last record holds the whole response again, and the usage near its end.
  readTornRecord: (rest, builder) => {
    const usage = lastObjectNamed('usage', rest);
    if (!usage || countOf(usage['output_tokens']) === undefined) return;
    readUsage(usage, builder);
    builder.reply.terminal = true;
  },
};

function readIdentity(response: JsonObject, { reply }: ReplyBuilder): void {
  const id = textOf(response['id']);
  const model = textOf(response['model']);
  const conversation = textOf(recordOf(response['conversation'])['id']);
  if (id !== undefined) reply.id = id;
  if (model !== undefined) reply.model = model;
  if (conversation !== undefined) reply.conversationId = conversation;
}

function readResponse(response: JsonObject, builder: ReplyBuilder): void {
  const { reply } = builder;
  readIdentity(response, builder);
  const status = textOf(response['status']);
  const error = errorOf(response);
  if (error || status === 'failed') reply.error = error ?? { message: 'failed' };
  else builder.noteChoice(0, status);
}

/** The last record holds all again: what no event told before is taken from it. */
function readEnd(record: JsonObject, response: JsonObject, builder: ReplyBuilder): void {
  readUsage(usageOf(record), builder);
  readResponse(response, builder);
  readOutput(response, builder, !builder.hasText(0));
  builder.reply.terminal = true;
}

/** An error, or a whole response in place of a stream's records. */
function readUntyped(record: JsonObject, builder: ReplyBuilder): void {
  const error = errorOf(record);
  if (error) builder.reply.error = error;
  else if (record['object'] === 'response') readEnd(record, record, builder);
}

function readUsage(usage: JsonObject | undefined, builder: ReplyBuilder): void {
  if (usage) builder.addCounts(countsOf(usage), true);
}

/** @param withText false where the text came in deltas before */
function readOutput(response: JsonObject, builder: ReplyBuilder, withText: boolean): void {
  listOf(response['output']).forEach((one, index) => {
    const item = recordOf(one);
    takeCall(item, index, builder);
    if (!withText) return;
    if (item['type'] !== 'reasoning') builder.addText(saidIn(item['content']).text);
    builder.addThinking(saidIn(item['summary']).text);
  });
}

const CALLS = new Set<unknown>(['function_call', 'custom_tool_call']);

function takeCall(item: JsonObject, index: number | undefined, builder: ReplyBuilder): void {
  if (!CALLS.has(item['type'])) return;
  const args = textOf(item['arguments']) ?? textOf(item['input']);
  const id = textOf(item['call_id']) ?? textOf(item['id']);
  builder.toolCalls.take({ index, id, name: textOf(item['name']), arguments: args, whole: true });
}

function takeArguments(record: JsonObject, builder: ReplyBuilder): void {
  builder.toolCalls.take({ index: countOf(record['output_index']), arguments: textOf(record['delta']) });
}
