import { isJsonObject, without, type JsonObject } from '../../../shared/json/json-object';
import { listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import { messageIn } from '../../../shared/llm/errors';
import { countsOf, usageOf } from '../../../shared/llm/usage';
import { callEvent, resultEvent } from '../call-events';
import type {
  AgentApi,
  CallResult,
  ClientRecord,
  Dialogue,
  DialogueContent,
  DialogueFacts,
  Ending,
  OpenOptions,
  RunSummary,
  ShownCall,
  ToolDefinition,
  Turn,
} from '../dialogue';
import { endedTurn } from '../ended-turn';
import { lastOfUser } from '../message-text';
import { functionNames, functionTool, messagesOf } from '../ollama/request';
import { toolMembers } from '../tool-members';
import { UsageSum } from '../usage-sum';
import { callOf, GrowingMessage } from './delta';
import { problemIn, toolChoiceOf } from './request';

/** `/v1/chat/completions`: chunks of one choice under one id. */
class OpenaiChatDialogue implements Dialogue {
  readonly wantsStream: boolean;
  readonly model: string | undefined;
  readonly clientTools: ReadonlySet<string>;
  readonly allowsTools: boolean;
  readonly allowsParallelCalls: boolean;
  readonly takesImages = false;
  readonly asksApproval = false;
  readonly answered = [];
  readonly shownServers: ReadonlySet<string> = new Set();
  private readonly messages: JsonObject[];
  private readonly usage = new UsageSum();
  private readonly wantsUsage: boolean;
  /** What the client has received. */
  private readonly shown = new GrowingMessage();
  private logprobs: JsonObject = {};
  private first: JsonObject | undefined;
  private turn = newTurn();
  private round = 0;

  constructor(
    private readonly body: JsonObject,
    private readonly options: OpenOptions,
  ) {
    this.wantsStream = body['stream'] === true;
    this.wantsUsage = recordOf(body['stream_options'])['include_usage'] === true;
    this.model = textOf(body['model']);
    this.clientTools = functionNames(body['tools']);
    this.allowsTools = body['tool_choice'] !== 'none';
    this.allowsParallelCalls = body['parallel_tool_calls'] !== false;
    this.messages = messagesOf(body['messages']);
  }

  request(tools: readonly ToolDefinition[], isLast: boolean): JsonObject {
    this.round += 1;
    this.turn = newTurn();
    const { tools: own, tool_choice: choice, ...rest } = this.body;
    const all = [...listOf(own), ...tools.map(functionTool)];
    const asked = toolChoiceOf(choice, this.round, isLast);
    return {
      ...rest,
      messages: this.messages,
      stream: true,
      stream_options: { ...recordOf(this.body['stream_options']), include_usage: true },
      ...toolMembers(all, asked),
    };
  }

  read(record: JsonObject): readonly ClientRecord[] {
    const { turn } = this;
    if (record['error'] !== undefined && record['error'] !== null) turn.error = messageIn(record['error']) ?? 'error';
    const usage = usageOf(record);
    if (usage) turn.usage = usage;
    const choice = listOf(record['choices']).find(isJsonObject);
    if (!choice) return [];
    this.first ??= record;
    const delta = recordOf(choice['delta']);
    turn.message.add(delta);
    const reason = textOf(choice['finish_reason']);
    if (reason !== undefined) turn.reason = reason;
    return this.show(record, choice, delta);
  }

  endTurn(): Turn {
    const { error, message, reason, usage } = this.turn;
    const { input, output } = countsOf(usage ?? {});
    this.usage.add(usage, input, output);
    const calls = message.rawCalls.map(callOf);
    return endedTurn({ calls, clientTools: this.clientTools, input, output, error, isComplete: reason !== undefined });
  }

  handBack(): readonly ClientRecord[] {
    const calls = this.turn.message.rawCalls
      .filter((raw, place) => this.clientTools.has(callOf(raw, place).name))
      .map((raw, index) => ({ index, type: 'function', ...raw }));
    this.shown.add({ tool_calls: calls });
    return calls.length === 0 ? [] : [this.chunk({ tool_calls: calls }, null)];
  }

  showCall(shown: ShownCall): readonly ClientRecord[] {
    return this.options.showsCalls ? [this.chunk({}, null, { agent: callEvent(shown) })] : [];
  }

  showResult(shown: ShownCall, result: CallResult, durationMs: number): readonly ClientRecord[] {
    return this.options.showsCalls ? [this.chunk({}, null, { agent: resultEvent(shown, result, durationMs) })] : [];
  }

  continueWith(results: readonly CallResult[]): void {
    const { members, rawCalls } = this.turn.message;
    this.messages.push(
      {
        content: null,
        ...members,
        role: 'assistant',
        ...(rawCalls.length > 0 && {
          tool_calls: rawCalls.map((raw, at) => ({ type: 'function', ...raw, id: callOf(raw, at).id })),
        }),
      },
      ...results.map(({ call, text }) => ({ role: 'tool', tool_call_id: call.id, content: text })),
    );
  }

  interrupt(): readonly ClientRecord[] {
    this.usage.addUnknown();
    return [];
  }

  askApproval(): never {
    throw new Error('this API cannot ask for an approval');
  }

  finish(ending: Ending): readonly ClientRecord[] {
    this.ending = ending;
    const last = this.chunk({}, this.reason);
    const { usage } = this.usage;
    if (!this.wantsUsage || !usage) return [last];
    return [last, { data: { ...last.data, choices: [], usage } }];
  }

  fail(message: string): readonly ClientRecord[] {
    return [{ data: errorBody(500, message) }];
  }

  keepAlive(): 'comment' {
    return 'comment';
  }

  document(summary: RunSummary): JsonObject {
    const { members, rawCalls } = this.shown;
    const message = {
      ...members,
      role: 'assistant',
      content: members['content'] ?? null,
      refusal: members['refusal'] ?? null,
      ...(rawCalls.length > 0 && { tool_calls: rawCalls }),
    };
    const logprobs = Object.keys(this.logprobs).length > 0 ? this.logprobs : null;
    return {
      ...this.head,
      object: 'chat.completion',
      choices: [{ index: 0, message, logprobs, finish_reason: this.reason }],
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
    return { input: lastOfUser(this.body['messages']), output: textOf(this.shown.members['content']) ?? '' };
  }

  private ending: Ending = 'answered';

  private get reason(): string {
    if (this.ending === 'cut') return 'length';
    if (this.ending === 'handed_back') return 'tool_calls';
    const { reason } = this.turn;
    return reason === undefined || reason === 'tool_calls' ? 'stop' : reason;
  }

  /** What the client sees of a chunk: not the calls, which are held back, and not the end of a round. */
  private show(record: JsonObject, choice: JsonObject, delta: JsonObject): readonly ClientRecord[] {
    const { role, ...content } = without(delta, 'tool_calls');
    const hasContent = Object.values(content).some((value) => value !== null && value !== '');
    const isFirst = this.shown.members['role'] === undefined && role !== undefined;
    if (!hasContent && !isFirst) return [];
    const visible = { ...(isFirst && { role }), ...content };
    this.shown.add(visible);
    if (isJsonObject(choice['logprobs'])) this.addLogprobs(choice['logprobs']);
    const choices = [{ ...choice, index: 0, delta: visible, finish_reason: null }];
    return [{ data: { ...without(record, 'usage'), ...this.head, choices } }];
  }

  private addLogprobs(logprobs: JsonObject): void {
    const before = listOf(this.logprobs['content']);
    this.logprobs = { ...logprobs, content: [...before, ...listOf(logprobs['content'])] };
  }

  /** The members that all chunks of an answer share. */
  private get head(): JsonObject {
    const { id, created, model, system_fingerprint: fingerprint } = this.first ?? {};
    return {
      id: id ?? 'chatcmpl-agent',
      object: 'chat.completion.chunk',
      created: created ?? Math.floor(this.options.now() / 1000),
      model: model ?? this.model ?? '',
      ...(fingerprint !== undefined && { system_fingerprint: fingerprint }),
    };
  }

  private chunk(delta: JsonObject, reason: string | null, rest: JsonObject = {}): ClientRecord {
    return { data: { ...this.head, choices: [{ index: 0, delta, finish_reason: reason }], ...rest } };
  }
}

interface OpenTurn {
  readonly message: GrowingMessage;
  reason?: string;
  usage?: JsonObject;
  error?: string;
}

const newTurn = (): OpenTurn => ({ message: new GrowingMessage() });

/** An error in OpenAI's form. */
export const errorBody = (status: number, message: string): JsonObject => ({
  error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code: null },
});

/** OpenAI's chat completions, and the many servers that are compatible with them. */
export const openaiChat: AgentApi = {
  name: 'openai_chat',
  path: '/v1/chat/completions',
  framing: 'sse',
  end: 'data: [DONE]\n\n',
  errorBody,
  open: (body, options) => {
    const problem = problemIn(body);
    return problem === undefined ? new OpenaiChatDialogue(body, options) : { problem };
  },
};
