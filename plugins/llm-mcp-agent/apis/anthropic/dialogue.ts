import type { JsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import { messageIn } from '../../../shared/llm/errors';
import type {
  AgentApi,
  CallResult,
  ClientRecord,
  Dialogue,
  DialogueContent,
  DialogueFacts,
  Ending,
  RunSummary,
  ShownCall,
  ToolCall,
  ToolDefinition,
  Turn,
} from '../dialogue';
import { endedTurn } from '../ended-turn';
import { lastOfUser, textOfContent } from '../message-text';
import { toolMembers } from '../tool-members';
import { UsageSum } from '../usage-sum';
import { GrowingBlock } from './block';
import { newTurn } from './open-turn';
import { anthropicTool, CALL, choiceOf, plainMessages, problemIn, RESULT, serversIn, toolNames } from './request';

/** `/v1/messages`: content blocks of one message. */
class AnthropicDialogue implements Dialogue {
  readonly wantsStream: boolean;
  readonly model: string | undefined;
  readonly clientTools: ReadonlySet<string>;
  readonly allowsTools: boolean;
  readonly allowsParallelCalls: boolean;
  readonly takesImages = true;
  readonly asksApproval = false;
  readonly answered = [];
  readonly shownServers: ReadonlySet<string>;
  private readonly messages: JsonObject[];
  private readonly usage = new UsageSum();
  private readonly shownBlocks: GrowingBlock[] = [];
  private first: JsonObject | undefined;
  private turn = newTurn();
  private round = 0;
  private ending: Ending = 'answered';

  constructor(private readonly body: JsonObject) {
    this.wantsStream = body['stream'] === true;
    this.model = textOf(body['model']);
    this.clientTools = toolNames(body['tools']);
    const choice = recordOf(body['tool_choice']);
    this.allowsTools = choice['type'] !== 'none';
    this.allowsParallelCalls = choice['disable_parallel_tool_use'] !== true;
    this.shownServers = serversIn(body['messages']);
    this.messages = plainMessages(body['messages']);
  }

  request(tools: readonly ToolDefinition[], isLast: boolean): JsonObject {
    this.round += 1;
    this.turn = newTurn();
    const { tools: own, tool_choice: choice, ...rest } = this.body;
    const all = [...listOf(own), ...tools.map(anthropicTool)];
    const asked = choiceOf(choice, this.round, isLast);
    return {
      ...rest,
      messages: this.messages,
      stream: true,
      ...toolMembers(all, asked),
    };
  }

  read(record: JsonObject): readonly ClientRecord[] {
    switch (record['type']) {
      case 'message_start':
        return this.start(record);
      case 'content_block_start':
        return this.startBlock(record);
      case 'content_block_delta':
      case 'content_block_stop':
        return this.continueBlock(record);
      case 'message_delta':
        this.turn.delta = { ...this.turn.delta, ...recordOf(record['delta']) };
        this.addUsage(recordOf(record['usage']));
        return [];
      case 'message_stop':
        this.turn.isStopped = true;
        return [];
      case 'error':
        this.turn.error = messageIn(record['error']) ?? 'error';
        return [];
      case 'ping':
        return [{ event: 'ping', data: record }];
      default:
        return [];
    }
  }

  endTurn(): Turn {
    const { blocks, counts, error, isStopped, usage } = this.turn;
    const { input, output } = counts.counts(isStopped);
    this.usage.add(usage, input, output);
    const calls = [...blocks.values()].filter(isCall).map(callOf);
    return endedTurn({ calls, clientTools: this.clientTools, input, output, error, isComplete: isStopped });
  }

  handBack(): readonly ClientRecord[] {
    return [...this.turn.blocks.values()]
      .filter((block) => isCall(block) && this.clientTools.has(block.name))
      .flatMap((block) => {
        const index = this.show(block);
        const delta = { type: 'input_json_delta', partial_json: block.inputText || '{}' };
        return [
          event({ type: 'content_block_start', index, content_block: { ...block.block, input: {} } }),
          event({ type: 'content_block_delta', index, delta }),
          event({ type: 'content_block_stop', index }),
        ];
      });
  }

  showCall({ call, server, args }: ShownCall): readonly ClientRecord[] {
    // The input is complete at once: helpers of SDKs ignore deltas of these blocks.
    return this.showWhole({ type: CALL, id: call.id, name: call.name, server_name: server, input: args });
  }

  showResult(_call: ShownCall, { call, text, isError }: CallResult): readonly ClientRecord[] {
    const content = [{ type: 'text', text }];
    return this.showWhole({ type: RESULT, tool_use_id: call.id, is_error: isError, content });
  }

  continueWith(results: readonly CallResult[]): void {
    const blocks = [...this.turn.blocks.values()].filter((block) => !block.isEmptyText);
    this.messages.push(
      { role: 'assistant', content: blocks.map(({ block }) => block) },
      { role: 'user', content: results.map(resultBlock) },
    );
  }

  interrupt(): readonly ClientRecord[] {
    this.usage.addUnknown();
    const open = [...this.turn.open];
    this.turn.open.clear();
    return open.map((index) => event({ type: 'content_block_stop', index }));
  }

  askApproval(): never {
    throw new Error('this API cannot ask for an approval');
  }

  finish(ending: Ending): readonly ClientRecord[] {
    this.ending = ending;
    const delta = {
      ...this.turn.delta,
      stop_reason: this.reason,
      stop_sequence: this.turn.delta['stop_sequence'] ?? null,
    };
    const { usage } = this.usage;
    return [event({ type: 'message_delta', delta, usage: usage ?? {} }), event({ type: 'message_stop' })];
  }

  fail(message: string): readonly ClientRecord[] {
    return [event(errorBody(500, message))];
  }

  keepAlive(): ClientRecord {
    return event({ type: 'ping' });
  }

  document(summary: RunSummary): JsonObject {
    return {
      ...this.first,
      content: this.shownBlocks.filter((block) => !block.isEmptyText).map(({ block }) => block),
      ...this.turn.delta,
      stop_reason: this.reason,
      stop_sequence: this.turn.delta['stop_sequence'] ?? null,
      ...(this.usage.usage && { usage: this.usage.usage }),
      agent: { ...summary },
    };
  }

  facts(): DialogueFacts {
    const { input, output } = this.usage.tokens;
    return {
      responseModel: textOf(this.first?.['model']),
      inputTokens: input,
      outputTokens: output,
      finishReason: this.reason,
    };
  }

  alias(): undefined {
    return undefined;
  }

  content(): DialogueContent {
    return {
      input: lastOfUser(this.body['messages']),
      output: textOfContent(this.shownBlocks.map(({ block }) => block)),
    };
  }

  private get reason(): string {
    if (this.ending === 'cut') return 'max_tokens';
    if (this.ending === 'handed_back') return 'tool_use';
    const reason = textOf(this.turn.delta['stop_reason']);
    return reason === undefined || reason === 'tool_use' ? 'end_turn' : reason;
  }

  private start(record: JsonObject): readonly ClientRecord[] {
    const message = recordOf(record['message']);
    const usage = recordOf(message['usage']);
    this.turn.usage = { ...usage };
    this.turn.counts.start(usage);
    if (this.first) return [];
    this.first = message;
    return [event(record)];
  }

  /** Later events repeat counts of the start, or correct them. */
  private addUsage(usage: JsonObject): void {
    this.turn.counts.take(usage);
    this.turn.usage = { ...this.turn.usage, ...withoutNull(usage) };
  }

  private startBlock(record: JsonObject): readonly ClientRecord[] {
    const block = new GrowingBlock(recordOf(record['content_block']));
    const place = countOf(record['index']) ?? this.turn.blocks.size;
    this.turn.blocks.set(place, block);
    if (isCall(block)) return [];
    const index = this.show(block);
    this.turn.indexes.set(place, index);
    this.turn.open.add(index);
    return [event({ ...record, index })];
  }

  private continueBlock(record: JsonObject): readonly ClientRecord[] {
    const place = countOf(record['index']) ?? -1;
    if (record['type'] === 'content_block_delta') this.turn.blocks.get(place)?.add(recordOf(record['delta']));
    const index = this.turn.indexes.get(place);
    if (index === undefined) return [];
    if (record['type'] === 'content_block_stop') this.turn.open.delete(index);
    return [event({ ...record, index })];
  }

  /** Appends a block to what the client has received; returns its index there. */
  private show(block: GrowingBlock): number {
    return this.shownBlocks.push(block) - 1;
  }

  private showWhole(block: JsonObject): readonly ClientRecord[] {
    const index = this.show(new GrowingBlock(block));
    return [
      event({ type: 'content_block_start', index, content_block: block }),
      event({ type: 'content_block_stop', index }),
    ];
  }
}

const isCall = (block: GrowingBlock): boolean => block.type === 'tool_use';
const callOf = (block: GrowingBlock): ToolCall => ({ id: block.id, name: block.name, args: block.inputText });
const event = (data: JsonObject): ClientRecord => ({ event: String(data['type']), data });
const withoutNull = (usage: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));

const resultBlock = ({ call, text, images, isError }: CallResult): JsonObject => ({
  type: 'tool_result',
  tool_use_id: call.id,
  is_error: isError,
  content: [
    { type: 'text', text: text === '' ? '(no text)' : text },
    ...images.map(({ mimeType, data }) => ({ type: 'image', source: { type: 'base64', media_type: mimeType, data } })),
  ],
});

/** An error in Anthropic's form. */
export const errorBody = (status: number, message: string): JsonObject => ({
  type: 'error',
  error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message },
});

/** Anthropic's messages. */
export const anthropicMessages: AgentApi = {
  name: 'anthropic_messages',
  path: '/v1/messages',
  framing: 'sse',
  end: '',
  errorBody,
  open: (body) => {
    const problem = problemIn(body);
    return problem === undefined ? new AnthropicDialogue(body) : { problem };
  },
};
