import { type JsonObject } from '../../../shared/json/json-object';
import { textOf } from '../../../shared/json/lenient-json';
import type { ApprovalRequest, CallResult, ClientRecord, ShownCall, ToolCall } from '../dialogue';

/** Items that the client has to answer, of any tool. */
const CLIENT_ITEMS = new Set<unknown>([
  'custom_tool_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
]);

/** True for an item that calls a tool of the client which is not a function. */
export const isClientItem = (item: JsonObject): boolean => CLIENT_ITEMS.has(item['type']);

/** True for a call of a function: of the client, or of the gateway. */
export const isFunctionCall = (item: JsonObject): boolean => item['type'] === 'function_call';

/** A call in the form of the loop. */
export const callOf = (item: JsonObject): ToolCall => ({
  id: textOf(item['call_id']) ?? textOf(item['id']) ?? '',
  name: textOf(item['name']) ?? '',
  args: textOf(item['arguments']) ?? '',
});

/** An event of the stream, without its number. */
export const event = (type: string, members: JsonObject): ClientRecord => ({ event: type, data: { type, ...members } });

/** The item that shows a call of a gateway tool. */
export const mcpCall = ({ call, server, args, approvalId }: ShownCall, rest: JsonObject): JsonObject => ({
  id: `mcp_${call.id.replace(/^call_/, '')}`,
  type: 'mcp_call',
  name: call.name,
  server_label: server,
  arguments: JSON.stringify(args),
  approval_request_id: approvalId ?? null,
  ...rest,
});

/** The events at the start of a call. */
export function callEvents(shown: ShownCall, outputIndex: number): readonly ClientRecord[] {
  const item = mcpCall(shown, { status: 'in_progress', output: null, error: null });
  const place = { item_id: item['id'], output_index: outputIndex };
  return [
    event('response.output_item.added', { output_index: outputIndex, item: { ...item, arguments: '' } }),
    event('response.mcp_call.in_progress', place),
    event('response.mcp_call_arguments.delta', { ...place, delta: item['arguments'] }),
    event('response.mcp_call_arguments.done', { ...place, arguments: item['arguments'] }),
  ];
}

/** The item of a call that has its result. An error of a tool is its output too: that is what the model reads. */
export const finishedCall = (shown: ShownCall, { text, isError }: CallResult): JsonObject =>
  mcpCall(shown, { status: isError ? 'failed' : 'completed', output: text, error: null });

/** The events at the end of a call. */
export const resultEvents = (item: JsonObject, outputIndex: number): readonly ClientRecord[] => [
  event(item['status'] === 'failed' ? 'response.mcp_call.failed' : 'response.mcp_call.completed', {
    item_id: item['id'],
    output_index: outputIndex,
  }),
  event('response.output_item.done', { output_index: outputIndex, item }),
];

/** The events of a whole item. */
export const itemEvents = (item: JsonObject, outputIndex: number): readonly ClientRecord[] => {
  const place = { item_id: item['id'], output_index: outputIndex };
  const args = textOf(item['arguments']) ?? '';
  return [
    event('response.output_item.added', {
      output_index: outputIndex,
      item: { ...item, arguments: '', status: 'in_progress' },
    }),
    event('response.function_call_arguments.delta', { ...place, delta: args }),
    event('response.function_call_arguments.done', { ...place, arguments: args, name: item['name'] }),
    event('response.output_item.done', { output_index: outputIndex, item }),
  ];
};

/** The events that ask the user for the approval of a call. */
export function approvalEvents({ id, call: { server, name, args } }: ApprovalRequest, outputIndex: number) {
  const item = { id, type: 'mcp_approval_request', server_label: server, name, arguments: args };
  return {
    item,
    events: [
      event('response.output_item.added', { output_index: outputIndex, item }),
      event('response.output_item.done', { output_index: outputIndex, item }),
    ],
  };
}
