import { countOf, listOf, recordOf, stringify, textOf, type JsonRecord } from '../../shared/lenient-json';
import { errorOf } from './errors';
import type { Wording } from './reader';
import type { ReplyBuilder } from './reply';

/** Anthropic `/v1/messages`: each record of its stream names its own type. */
export const anthropicMessages: Wording = {
  readDocument: (document, builder) => {
    readMessage(document, builder);
    for (const block of listOf(document['content'])) readBlock(recordOf(block), builder);
  },
  readRecord: (record, builder) => {
    switch (record['type']) {
      case 'message_start':
        // Its usage is an estimate or 0; `message_delta` has the final one.
        readIdentity(recordOf(record['message']), builder);
        break;
      case 'content_block_start':
        readBlock(recordOf(record['content_block']), builder);
        break;
      case 'content_block_delta':
        readDelta(recordOf(record['delta']), builder);
        break;
      case 'message_delta':
        builder.addFinishReason(textOf(recordOf(record['delta'])['stop_reason']));
        readUsage(record['usage'], builder);
        break;
      case 'message_stop':
        builder.reply.terminal = true;
        break;
      case 'error':
        builder.reply.error = errorOf(record) ?? { message: 'error' };
        break;
      default:
    }
  },
};

function readMessage(message: JsonRecord, builder: ReplyBuilder): void {
  const error = errorOf(message);
  if (error) builder.reply.error = error;
  readIdentity(message, builder);
  readUsage(message['usage'], builder);
  builder.addFinishReason(textOf(message['stop_reason']));
}

function readIdentity(message: JsonRecord, { reply }: ReplyBuilder): void {
  const id = textOf(message['id']);
  const model = textOf(message['model']);
  if (id !== undefined) reply.id = id;
  if (model !== undefined) reply.model = model;
}

/** Tokens read from and written to the cache are input too; the convention counts them in. */
function readUsage(usage: unknown, { reply }: ReplyBuilder): void {
  const counts = recordOf(usage);
  const input = countOf(counts['input_tokens']);
  const output = countOf(counts['output_tokens']);
  if (input !== undefined) {
    const cached =
      (countOf(counts['cache_read_input_tokens']) ?? 0) + (countOf(counts['cache_creation_input_tokens']) ?? 0);
    reply.inputTokens = input + cached;
  }
  if (output !== undefined) reply.outputTokens = output;
}

function readBlock(block: JsonRecord, builder: ReplyBuilder): void {
  builder.addText(textOf(block['text']));
  builder.addThinking(textOf(block['thinking']));
  if (block['type'] !== 'tool_use') return;
  const id = textOf(block['id']);
  // A streamed block starts with empty input; its arguments follow as `input_json_delta`.
  const json = Object.keys(recordOf(block['input'])).length > 0 ? stringify(block['input']) : undefined;
  builder.addToolCall({
    name: textOf(block['name']) ?? '',
    ...(id !== undefined && { id }),
    ...(json !== undefined && { arguments: json }),
  });
}

function readDelta(delta: JsonRecord, builder: ReplyBuilder): void {
  builder.addText(textOf(delta['text']));
  builder.addThinking(textOf(delta['thinking']));
  builder.extendToolCall(undefined, textOf(delta['partial_json']));
}
