import type { JsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf, stringify, textOf } from '../../../shared/json/lenient-json';
import { errorOf } from '../../../shared/llm/errors';
import { usageOf } from '../../../shared/llm/usage';
import { textAndThinkingOf } from '../content-parts';
import type { ResponseBuilder } from '../llm-response';
import type { ApiFormat } from '../reader';

/** Anthropic `/v1/messages`: each record of a stream has a type. */
export const anthropicMessages: ApiFormat = {
  readDocument: readMessage,
  readRecord: (record, builder) => {
    const error = errorOf(record);
    if (error) builder.response.error = error;
    switch (record['type']) {
      case 'message_start':
        readIdentity(recordOf(record['message']), builder);
        builder.largest.start(usageOf(record) ?? {});
        break;
      case 'content_block_start':
        readBlock(recordOf(record['content_block']), countOf(record['index']), builder);
        break;
      case 'content_block_delta':
        readDelta(recordOf(record['delta']), countOf(record['index']), builder);
        break;
      case 'message_delta':
        readStop(textOf(recordOf(record['delta'])['stop_reason']), builder);
        readCounts(record, builder);
        break;
      case 'message_stop':
        builder.response.terminal = true;
        readCounts(record, builder);
        break;
      case 'message':
        readMessage(record, builder);
        builder.response.terminal = true;
        break;
      default:
    }
  },
};

function readMessage(message: JsonObject, builder: ResponseBuilder): void {
  const error = errorOf(message);
  if (error) builder.response.error = error;
  readIdentity(message, builder);
  readCounts(message, builder);
  builder.recordChoice(0, textOf(message['stop_reason']));
  const { content } = message;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content);
  blocks.forEach((block, index) => {
    readBlock(recordOf(block), index, builder);
  });
}

function readIdentity(message: JsonObject, { response }: ResponseBuilder): void {
  const id = textOf(message['id']);
  const model = textOf(message['model']);
  if (id !== undefined) response.id = id;
  if (model !== undefined) response.model = model;
}

function readCounts(record: JsonObject, builder: ResponseBuilder): void {
  const usage = usageOf(record);
  if (usage) builder.largest.take(usage);
}

/** A message with a stop reason has ended: some servers do not send `message_stop`. */
function readStop(reason: string | undefined, builder: ResponseBuilder): void {
  builder.recordChoice(0, reason);
  if (reason !== undefined) builder.response.terminal = true;
}

function readBlock(block: JsonObject, index: number | undefined, builder: ResponseBuilder): void {
  builder.addText(textAndThinkingOf(block['text']).text);
  builder.addThinking(textAndThinkingOf(block['thinking']).text);
  if (block['type'] !== 'tool_use') return;
  // A streamed block starts with empty input; its arguments follow as `input_json_delta`.
  const json = Object.keys(recordOf(block['input'])).length > 0 ? stringify(block['input']) : undefined;
  builder.toolCalls.take({ index, id: textOf(block['id']), name: textOf(block['name']), arguments: json });
}

function readDelta(delta: JsonObject, index: number | undefined, builder: ResponseBuilder): void {
  builder.addText(textOf(delta['text']));
  builder.addThinking(textOf(delta['thinking']));
  const json = textOf(delta['partial_json']);
  if (json !== undefined) builder.toolCalls.take({ index, arguments: json });
}
