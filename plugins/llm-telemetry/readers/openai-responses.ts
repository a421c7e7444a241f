import { lastObjectNamed } from '../../shared/json-fragment';
import { countOf, listOf, recordOf, textOf, type JsonRecord } from '../../shared/lenient-json';
import { errorOf } from './errors';
import type { Wording } from './reader';
import type { ReplyBuilder } from './reply';

/**
 * OpenAI `/v1/responses`. Its stream ends with `response.completed`, `.incomplete` or `.failed`, which carry the whole
 * response, and with no `[DONE]`.
 */
export const openaiResponses: Wording = {
  readDocument: (document, builder) => {
    readResponse(document, builder);
    for (const item of listOf(document['output'])) readItem(recordOf(item), builder, true);
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
        builder.addThinking(textOf(record['delta']));
        break;
      case 'response.output_item.done':
        readItem(recordOf(record['item']), builder, false);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        readResponse(recordOf(record['response']), builder);
        builder.reply.terminal = true;
        break;
      case 'error':
        builder.reply.error = errorOf(record) ?? { message: textOf(record['message']) ?? 'error' };
        break;
      default:
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

function readIdentity(response: JsonRecord, { reply }: ReplyBuilder): void {
  const id = textOf(response['id']);
  const model = textOf(response['model']);
  const conversation = textOf(recordOf(response['conversation'])['id']);
  if (id !== undefined) reply.id = id;
  if (model !== undefined) reply.model = model;
  if (conversation !== undefined) reply.conversationId = conversation;
}

function readResponse(response: JsonRecord, builder: ReplyBuilder): void {
  const { reply } = builder;
  readIdentity(response, builder);
  readUsage(recordOf(response['usage']), builder);
  const status = textOf(response['status']);
  const error = errorOf(response);
  if (error || status === 'failed') reply.error = error ?? { message: 'failed' };
  else builder.addFinishReason(status);
}

function readUsage(usage: JsonRecord, { reply }: ReplyBuilder): void {
  const input = countOf(usage['input_tokens']);
  const output = countOf(usage['output_tokens']);
  if (input !== undefined) reply.inputTokens = input;
  if (output !== undefined) reply.outputTokens = output;
}

/** @param withText false where the text came in deltas before */
function readItem(item: JsonRecord, builder: ReplyBuilder, withText: boolean): void {
  if (item['type'] === 'function_call') {
    const id = textOf(item['call_id']);
    const json = textOf(item['arguments']);
    builder.addToolCall({
      name: textOf(item['name']) ?? '',
      ...(id !== undefined && { id }),
      ...(json !== undefined && { arguments: json }),
    });
  }
  if (!withText) return;
  for (const part of listOf(item['content'])) builder.addText(textOf(recordOf(part)['text']));
  for (const part of listOf(item['summary'])) builder.addThinking(textOf(recordOf(part)['text']));
}
