import { without, type JsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import { messageIn } from '../../../shared/llm/errors';
import { countsOf, usageOf } from '../../../shared/llm/usage';
import type { AnsweredCall } from '../../run/approvals';
import type {
  ApprovalRequest,
  CallResult,
  ClientRecord,
  Dialogue,
  DialogueContent,
  DialogueFacts,
  Ending,
  RunSummary,
  ShownCall,
  ToolDefinition,
  Turn,
} from '../dialogue';
import { endedTurn } from '../ended-turn';
import { lastOfUser, textOfContent } from '../message-text';
import { toolChoiceOf } from '../openai-chat/request';
import { toolMembers } from '../tool-members';
import { UsageSum } from '../usage-sum';
import { OUTPUT, type ReadInput } from './input';
import {
  approvalEvents,
  callEvents,
  callOf,
  event,
  finishedCall,
  isClientItem,
  isFunctionCall,
  itemEvents,
  resultEvents,
} from './items';
import { newTurn } from './open-turn';
import { responsesTool, toolNames } from './request';

/** `/v1/responses`: items of one response. */
export class ResponsesDialogue implements Dialogue {
  readonly wantsStream: boolean;
  readonly model: string | undefined;
  readonly clientTools: ReadonlySet<string>;
  readonly allowsTools: boolean;
  readonly allowsParallelCalls: boolean;
  readonly takesImages = false;
  readonly asksApproval = true;
  readonly answered: readonly AnsweredCall[];
  readonly shownServers: ReadonlySet<string>;
  private readonly input: JsonObject[];
  /** What the client sees of the answered calls, until the model has begun its answer. */
  private early: readonly ClientRecord[] = [];
  private readonly usage = new UsageSum();
  /** The items that the client has received, by their index; undefined while an item is not complete. */
  private readonly output: (JsonObject | undefined)[] = [];
  private readonly placeOfCall = new Map<string, number>();
  private last: JsonObject = {};
  /** The id of the first round. Clients of a stream reject an answer whose id changes. */
  private firstId: string | undefined;
  private turn = newTurn();
  private round = 0;
  private sequence = 0;
  private ending: Ending = 'answered';

  constructor(
    private readonly body: JsonObject,
    { items, answered, servers }: ReadInput,
    private readonly now: () => number,
  ) {
    this.wantsStream = body['stream'] === true;
    this.model = textOf(body['model']);
    this.clientTools = toolNames(body['tools']);
    this.allowsTools = body['tool_choice'] !== 'none';
    this.allowsParallelCalls = body['parallel_tool_calls'] !== false;
    this.input = [...items];
    this.answered = answered;
    this.shownServers = servers;
  }

  request(tools: readonly ToolDefinition[], isLast: boolean): JsonObject {
    this.round += 1;
    this.turn = newTurn();
    const { tools: own, tool_choice: choice, ...rest } = this.body;
    const all = [...listOf(own), ...tools.map(responsesTool)];
    const asked = toolChoiceOf(choice, this.round, isLast);
    return {
      ...rest,
      input: this.input,
      stream: true,
      ...toolMembers(all, asked),
    };
  }

  read(record: JsonObject): readonly ClientRecord[] {
    const type = textOf(record['type']) ?? '';
    const records = this.readEvent(type, record);
    if (this.early.length === 0 || records.length === 0) return this.numbered(records);
    const { early } = this;
    this.early = [];
    return this.numbered(type === 'response.created' ? [...records, ...early] : [...early, ...records]);
  }

  private readEvent(type: string, record: JsonObject): readonly ClientRecord[] {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        this.last = recordOf(record['response']);
        this.firstId ??= textOf(this.last['id']);
        return this.round === 1 ? [event(type, { response: this.responseWith('in_progress', []) })] : [];
      case 'response.completed':
      case 'response.incomplete':
      case 'response.done':
        this.last = recordOf(record['response']);
        this.turn.isDone = true;
        return [];
      case 'response.failed':
      case 'error':
        this.turn.error =
          messageIn(recordOf(record['response'])['error'] ?? record['error'] ?? record['message']) ?? 'error';
        return [];
      default:
        return this.readItemEvent(type, record);
    }
  }

  endTurn(): Turn {
    const { error, isDone, items } = this.turn;
    const usage = usageOf(this.last);
    const { input, output } = countsOf(usage ?? {});
    this.usage.add(usage, input, output);
    return endedTurn({
      calls: items.filter(isFunctionCall).map(callOf),
      clientTools: this.clientTools,
      otherClientCalls: items.filter(isClientItem).length,
      input,
      output,
      error,
      isComplete: isDone,
    });
  }

  handBack(): readonly ClientRecord[] {
    const items = this.turn.items.filter((item) => isFunctionCall(item) && this.clientTools.has(callOf(item).name));
    return this.numbered(items.flatMap((item) => itemEvents(item, this.output.push(item) - 1)));
  }

  showCall(shown: ShownCall): readonly ClientRecord[] {
    const place = this.output.push(undefined) - 1;
    this.placeOfCall.set(shown.call.id, place);
    return this.shownNow(callEvents(shown, place));
  }

  showResult(shown: ShownCall, result: CallResult): readonly ClientRecord[] {
    const place = this.placeOfCall.get(shown.call.id) ?? this.output.length;
    const item = finishedCall(shown, result);
    this.output[place] = item;
    return this.shownNow(resultEvents(item, place));
  }

  continueWith(results: readonly CallResult[]): void {
    const outputs = results.map(({ call, text }) => ({ type: OUTPUT, call_id: call.id, output: text }));
    if (this.round > 0) this.input.push(...this.turn.items, ...outputs);
    else for (const output of outputs) this.input[this.placeOfOutput(output.call_id)] = output;
  }

  askApproval(requests: readonly ApprovalRequest[]): readonly ClientRecord[] {
    return this.numbered(
      requests.flatMap((request) => {
        const { item, events } = approvalEvents(request, this.output.length);
        this.output.push(item);
        return events;
      }),
    );
  }

  interrupt(): readonly ClientRecord[] {
    this.usage.addUnknown();
    return [];
  }

  finish(ending: Ending): readonly ClientRecord[] {
    this.ending = ending;
    const { status } = this;
    return this.numbered([event(`response.${status}`, { response: this.whole })]);
  }

  fail(message: string): readonly ClientRecord[] {
    const response = { ...this.responseWith('failed', this.items), error: { code: 'server_error', message } };
    return this.numbered([event('response.failed', { response })]);
  }

  keepAlive(): 'comment' {
    return 'comment';
  }

  document(summary: RunSummary): JsonObject {
    return { ...this.whole, agent: { ...summary } };
  }

  facts(): DialogueFacts {
    const { input, output } = this.usage.tokens;
    return {
      responseModel: textOf(this.last['model']),
      inputTokens: input,
      outputTokens: output,
      finishReason: this.status,
    };
  }

  alias(): ReturnType<Dialogue['alias']> {
    const kept = textOf(this.last['id']);
    const { firstId: shown } = this;
    return this.wantsStream && shown !== undefined && kept !== undefined && shown !== kept
      ? { shown, kept }
      : undefined;
  }

  content(): DialogueContent {
    const { input } = this.body;
    const output = this.items.filter(({ type }) => type === 'message').map(({ content }) => textOfContent(content));
    return { input: typeof input === 'string' ? input : lastOfUser(input), output: output.join('\n') };
  }

  /** The client sees nothing before the model has begun its answer: the head of the stream depends on that. */
  private shownNow(records: readonly ClientRecord[]): readonly ClientRecord[] {
    if (this.round > 0) return this.numbered(records);
    this.early = [...this.early, ...records];
    return [];
  }

  private placeOfOutput(callId: string): number {
    return this.input.findIndex((item) => item['type'] === OUTPUT && item['call_id'] === callId);
  }

  private readItemEvent(type: string, record: JsonObject): readonly ClientRecord[] {
    const { turn } = this;
    const place = countOf(record['output_index']);
    const item = recordOf(record['item']);
    if (place === undefined) return [];
    if (type === 'response.output_item.done') turn.items.push(item);
    if (type === 'response.output_item.added') {
      if (isFunctionCall(item)) turn.held.add(place);
      else turn.indexes.set(place, this.output.push(undefined) - 1);
    }
    const index = turn.indexes.get(place);
    if (index === undefined || turn.held.has(place)) return [];
    if (type === 'response.output_item.done') this.output[index] = item;
    return [event(type, { ...record, output_index: index })];
  }

  private get status(): 'completed' | 'incomplete' {
    return this.ending === 'cut' || this.last['status'] === 'incomplete' ? 'incomplete' : 'completed';
  }

  private get whole(): JsonObject {
    const { status } = this;
    const details = status === 'incomplete' ? (this.last['incomplete_details'] ?? { reason: CUT }) : null;
    const { usage } = this.usage;
    const response = without(this.responseWith(status, this.items), 'usage');
    return { ...response, incomplete_details: details, ...(usage && { usage }) };
  }

  private get items(): JsonObject[] {
    return this.output.filter((item) => item !== undefined);
  }

  /** The response in the words of the model, with the input, the tools and the choice of the client. */
  private responseWith(status: string, output: JsonObject[]): JsonObject {
    return {
      id: 'resp_agent',
      object: 'response',
      created_at: Math.floor(this.now() / 1000),
      model: this.model ?? '',
      ...this.last,
      ...(this.wantsStream && this.firstId !== undefined && { id: this.firstId }),
      ...(this.last['tools'] !== undefined && { tools: listOf(this.body['tools']) }),
      ...(this.last['tool_choice'] !== undefined && { tool_choice: this.body['tool_choice'] ?? 'auto' }),
      status,
      output,
    };
  }

  private numbered(records: readonly ClientRecord[]): readonly ClientRecord[] {
    return records.map(({ event: name, data }) => ({
      ...(name !== undefined && { event: name }),
      data: { ...data, sequence_number: this.sequence++ },
    }));
  }
}

/** Why a response is not complete: the only reason of the API that fits a bound. */
const CUT = 'max_output_tokens';
