import { without, type JsonObject } from '../../../shared/json/json-object';
import { listOf, recordOf, stringify, textOf } from '../../../shared/json/lenient-json';
import { messageIn } from '../../../shared/llm/errors';
import { countsOf } from '../../../shared/llm/usage';
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
  ToolCall,
  ToolDefinition,
  Turn,
} from '../dialogue';
import { endedTurn } from '../ended-turn';
import { lastOfUser } from '../message-text';
import { toolMembers } from '../tool-members';
import { UsageSum } from '../usage-sum';
import { functionNames, functionTool, messagesOf } from './request';

/** The counts and durations of the last record, which are added up. */
const SUMMED = [
  'total_duration',
  'load_duration',
  'prompt_eval_count',
  'prompt_eval_duration',
  'eval_count',
  'eval_duration',
] as const;

/** A call of the model with its own form, which is sent back unchanged. */
interface HeldCall {
  readonly raw: JsonObject;
  readonly call: ToolCall;
}

/** `/api/chat` of Ollama: records of one message. */
class OllamaDialogue implements Dialogue {
  readonly wantsStream: boolean;
  readonly model: string | undefined;
  readonly clientTools: ReadonlySet<string>;
  readonly allowsTools = true;
  readonly allowsParallelCalls = true;
  readonly takesImages = false;
  readonly asksApproval = false;
  readonly answered = [];
  readonly shownServers: ReadonlySet<string> = new Set();
  private readonly messages: JsonObject[];
  private readonly usage = new UsageSum();
  private readonly shown = { content: '', thinking: '', calls: [] as JsonObject[] };
  private turn = newTurn();
  private last: JsonObject = {};
  private callCount = 0;

  constructor(
    private readonly body: JsonObject,
    private readonly options: OpenOptions,
  ) {
    this.wantsStream = body['stream'] !== false;
    this.model = textOf(body['model']);
    this.clientTools = functionNames(body['tools']);
    this.messages = messagesOf(body['messages']);
  }

  request(tools: readonly ToolDefinition[], isLast: boolean): JsonObject {
    const { tools: own, ...rest } = this.body;
    const all = isLast ? [] : [...listOf(own), ...tools.map(functionTool)];
    this.turn = newTurn();
    return { ...rest, messages: this.messages, stream: true, ...toolMembers(all, undefined) };
  }

  read(record: JsonObject): readonly ClientRecord[] {
    const { turn } = this;
    if (record['error'] !== undefined) turn.error = messageIn(record['error']) ?? 'error';
    const { tool_calls: calls, ...message } = recordOf(record['message']);
    for (const call of listOf(calls)) this.holdCall(recordOf(call));
    const content = textOf(message['content']) ?? '';
    const thinking = textOf(message['thinking']) ?? '';
    turn.content += content;
    turn.thinking += thinking;
    this.last = { ...this.last, ...record };
    if (record['done'] === true) turn.done = record;
    if (content === '' && thinking === '') return [];
    this.shown.content += content;
    this.shown.thinking += thinking;
    const data = { ...without(record, ...SUMMED, 'done_reason'), message, done: false };
    return [{ data }];
  }

  endTurn(): Turn {
    const { done, error, held } = this.turn;
    const { input, output } = countsOf(done ?? {});
    if (done) this.usage.add(summedMembers(done), input, output);
    const calls = held.map(({ call }) => call);
    return endedTurn({ calls, clientTools: this.clientTools, input, output, error, isComplete: done !== undefined });
  }

  handBack(): readonly ClientRecord[] {
    const calls = this.turn.held.filter(({ call }) => this.clientTools.has(call.name)).map(({ raw }) => raw);
    this.shown.calls.push(...calls);
    return [this.record({ role: 'assistant', content: '', tool_calls: calls })];
  }

  showCall(shown: ShownCall): readonly ClientRecord[] {
    return this.options.showsCalls ? [this.record(EMPTY, { agent: callEvent(shown) })] : [];
  }

  showResult(shown: ShownCall, result: CallResult, durationMs: number): readonly ClientRecord[] {
    return this.options.showsCalls ? [this.record(EMPTY, { agent: resultEvent(shown, result, durationMs) })] : [];
  }

  continueWith(results: readonly CallResult[]): void {
    const { content, thinking, held } = this.turn;
    this.messages.push(
      {
        role: 'assistant',
        content,
        ...(thinking !== '' && { thinking }),
        ...(held.length > 0 && { tool_calls: held.map(({ raw }) => raw) }),
      },
      ...results.map(({ call, text }) => ({
        role: 'tool',
        tool_name: call.name,
        tool_call_id: call.id,
        content: text,
      })),
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
    return [{ data: this.lastRecord(ending, EMPTY) }];
  }

  fail(message: string): readonly ClientRecord[] {
    return [{ data: { error: message } }];
  }

  keepAlive(): ClientRecord {
    return this.record(EMPTY);
  }

  document(summary: RunSummary): JsonObject {
    const { content, thinking, calls } = this.shown;
    const message = {
      role: 'assistant',
      content,
      ...(thinking !== '' && { thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    return { ...this.lastRecord(this.ending, message), agent: { ...summary } };
  }

  facts(): DialogueFacts {
    const { input, output } = this.usage.tokens;
    return {
      responseModel: textOf(this.last['model']),
      inputTokens: input,
      outputTokens: output,
      finishReason: this.reason,
    };
  }

  alias(): undefined {
    return undefined;
  }

  content(): DialogueContent {
    return { input: lastOfUser(this.body['messages']), output: this.shown.content };
  }

  private ending: Ending = 'answered';

  private lastRecord(ending: Ending, message: JsonObject): JsonObject {
    this.ending = ending;
    const rest = { ...without(this.last, ...SUMMED), message, done: true };
    return { ...rest, done_reason: this.reason, ...this.usage.usage };
  }

  private get reason(): string {
    return this.ending === 'cut' ? 'length' : (textOf(this.turn.done?.['done_reason']) ?? 'stop');
  }

  private record(message: JsonObject, rest: JsonObject = {}): ClientRecord {
    const model = textOf(this.last['model']) ?? this.model ?? '';
    return { data: { model, created_at: new Date(this.options.now()).toISOString(), message, done: false, ...rest } };
  }

  private holdCall(raw: JsonObject): void {
    const { name, arguments: args } = recordOf(raw['function']);
    const id = textOf(raw['id']) ?? `call_${(this.callCount += 1)}`;
    const text = typeof args === 'string' ? args : (stringify(args ?? {}) ?? '');
    this.turn.held.push({ raw, call: { id, name: textOf(name) ?? '', args: text } });
  }
}

const EMPTY: JsonObject = { role: 'assistant', content: '' };

interface OpenTurn {
  content: string;
  thinking: string;
  held: HeldCall[];
  done?: JsonObject;
  error?: string;
}

const newTurn = (): OpenTurn => ({ content: '', thinking: '', held: [] });

const summedMembers = (record: JsonObject): JsonObject =>
  Object.fromEntries(SUMMED.flatMap((name) => (typeof record[name] === 'number' ? [[name, record[name]]] : [])));

/** Ollama's own chat. */
export const ollamaChat: AgentApi = {
  name: 'ollama_chat',
  path: '/api/chat',
  framing: 'ndjson',
  end: '',
  errorBody: (_status, message) => ({ error: message }),
  open: (body, options) => {
    if (!Array.isArray(body['messages'])) return { problem: 'messages must be a list' };
    return new OllamaDialogue(body, options);
  },
};
