import type { ResponseError } from '../../shared/llm/errors';
import { LargestCounts } from '../../shared/llm/largest-counts';
import type { TokenCounts } from '../../shared/llm/usage';
import { ToolCalls, type ToolCall } from './tool-calls/tool-calls';

/** Durations reported by Ollama, in milliseconds. */
export interface Timings {
  readonly totalMs?: number;
  readonly loadMs?: number;
  readonly promptEvalMs?: number;
  readonly evalMs?: number;
}

/** The facts of a response. A fact that is absent is undefined, never 0. */
export interface LlmResponse {
  model?: string;
  id?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** As reported: it may include more than input and output. */
  totalTokens?: number;
  /** In the API's words, one per choice. */
  finishReasons: string[];
  /** The number of tool calls; {@link toolCalls} contains the first ones. */
  toolCallCount: number;
  toolCalls: ToolCall[];
  error?: ResponseError;
  /** The length of the text in characters, without thinking. */
  textLength: number;
  /** The start of the text, up to the limit. */
  text: string;
  thinking: string;
  /** The number of records of a stream with text. */
  textChunks: number;
  timings?: Timings;
  /** The host that ran the model for Ollama, if it was another one. */
  remoteHost?: string;
  /** The id of the conversation, if the API reports one. */
  conversationId?: string;
  /** True if the API's mark of a finished response was seen. */
  terminal: boolean;
  /** True if bytes are missing, or a part was larger than its bound: counts may be too low. */
  partial: boolean;
  /** The number of records that could not be parsed. */
  parseErrors: number;
}

/** The bounds of a response. */
export interface ResponseLimits {
  /** The bytes of one document, line or event. */
  readonly maxBufferBytes: number;
  /** The characters of text; 0 keeps none. */
  readonly maxTextLength: number;
}

/** The bounds of the choices that are distinguished, and of their finish reasons. */
const MAX_CHOICES = 128;
const MAX_REASONS = 16;
const MAX_REASON_LENGTH = 64;

/** The state of one choice. */
interface Choice {
  reason?: string;
  hasText?: boolean;
}

/** Collects an {@link LlmResponse} within its limits. */
export class ResponseBuilder {
  readonly response: LlmResponse = {
    finishReasons: [],
    toolCallCount: 0,
    toolCalls: [],
    textLength: 0,
    text: '',
    thinking: '',
    textChunks: 0,
    terminal: false,
    partial: false,
    parseErrors: 0,
  };

  readonly toolCalls: ToolCalls;
  /** For an API that reports token counts in several events. */
  readonly largest = new LargestCounts();
  private readonly choices = new Map<number, Choice>();
  private hasThinking = false;

  constructor(private readonly limits: ResponseLimits) {
    this.toolCalls = new ToolCalls(limits.maxTextLength);
  }

  addText(text: string | undefined, choice = 0): void {
    if (text === undefined) return;
    const known = this.choiceOf(choice);
    if (known) known.hasText = true;
    this.response.textLength += text.length;
    this.response.textChunks++;
    this.response.text = this.extend(this.response.text, text);
  }

  addThinking(text: string | undefined): void {
    if (text !== undefined) this.response.thinking = this.extend(this.response.thinking, text);
    this.hasThinking ||= text !== undefined;
  }

  /** True if the choice has text. */
  hasText(choice: number): boolean {
    return this.choices.get(choice)?.hasText ?? false;
  }

  /** Records a choice; with a reason, it has ended. If there are several reasons, the last one is used. */
  recordChoice(choice: number, reason: string | undefined): void {
    const known = this.choiceOf(choice);
    if (known && reason !== undefined) known.reason = reason.slice(0, MAX_REASON_LENGTH);
  }

  /**
   * Records newer counts; counts that are absent stay. A 0 is used only for output, with `zeroCounts`, and if nothing
   * was counted before.
   */
  addCounts({ input, output, total }: TokenCounts, zeroCounts: boolean): void {
    const { response } = this;
    if (input !== undefined) response.inputTokens = input;
    if (output !== undefined && (output > 0 || (zeroCounts && response.outputTokens === undefined)))
      response.outputTokens = output;
    if (total !== undefined) response.totalTokens = total;
    else if (input !== undefined || output) delete response.totalTokens;
  }

  /** The response, after everything was read. */
  end(): LlmResponse {
    const { response, toolCalls } = this;
    this.addCounts(this.largest.counts(response.terminal && !response.partial), true);
    response.toolCallCount = toolCalls.count;
    response.toolCalls = toolCalls.kept();
    const choices = [...this.choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
    response.finishReasons = choices
      .flatMap(({ reason }) => (reason === undefined ? [] : [reason]))
      .slice(0, MAX_REASONS);
    // A 0 next to content means that the tokens were not counted.
    if (response.outputTokens === 0 && (this.hasContent || response.partial)) delete response.outputTokens;
    return response;
  }

  /** True if all known choices have ended, or any of them if parts of the response are missing. */
  get isFinished(): boolean {
    const choices = [...this.choices.values()];
    const ended = choices.filter(({ reason }) => reason !== undefined).length;
    return ended > 0 && (ended === choices.length || this.response.partial);
  }

  private get hasContent(): boolean {
    return this.response.textLength > 0 || this.toolCalls.count > 0 || this.hasThinking;
  }

  private choiceOf(choice: number): Choice | undefined {
    let known = this.choices.get(choice);
    if (!known && this.choices.size < MAX_CHOICES) this.choices.set(choice, (known = {}));
    return known;
  }

  private extend(kept: string, text: string): string {
    const room = this.limits.maxTextLength - kept.length;
    return room > 0 ? kept + text.slice(0, room) : kept;
  }
}
