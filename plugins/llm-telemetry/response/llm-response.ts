import { LargestCounts } from './tokens/largest-counts';
import type { TokenCounts } from './tokens/usage';
import { ToolCalls, type ToolCall } from './tool-calls/tool-calls';

/** Durations that Ollama reports, in milliseconds. */
export interface Timings {
  readonly totalMs?: number;
  readonly loadMs?: number;
  readonly promptEvalMs?: number;
  readonly evalMs?: number;
}

/** What an answer said. What it did not say is undefined, never 0. */
export interface LlmResponse {
  model?: string;
  id?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** As reported; it may count more than the two. */
  totalTokens?: number;
  /** As the API words them, one for each choice. */
  finishReasons: string[];
  /** How many tool calls there were; {@link toolCalls} keeps the first ones. */
  toolCallCount: number;
  toolCalls: ToolCall[];
  error?: ResponseError;
  /** Characters of text in the answer, thinking not counted. */
  textLength: number;
  /** The first characters of it, up to the limit. */
  text: string;
  thinking: string;
  /** Records of a stream that carried text. */
  textChunks: number;
  timings?: Timings;
  /** Where Ollama had the model run, if elsewhere. */
  remoteHost?: string;
  /** The conversation that the API itself says the answer belongs to. */
  conversationId?: string;
  /** The API's own mark of a finished answer was seen. */
  terminal: boolean;
  /** Bytes were missing, or a part was larger than its bound: counts may be too low. */
  partial: boolean;
  /** Records that were not what the API promises. */
  parseErrors: number;
}

/** What went wrong, in the words of the API. */
export interface ResponseError {
  readonly message: string;
  readonly type?: string;
}

/** How much of an answer is kept. */
export interface ResponseLimits {
  /** Bytes of one document, line or event. */
  readonly maxBufferBytes: number;
  /** Characters of text; 0 keeps none. */
  readonly maxTextLength: number;
}

/** Choices that are told apart, and reasons that are kept. */
const MAX_CHOICES = 128;
const MAX_REASONS = 16;
const MAX_REASON_LENGTH = 64;

/** What is known of one choice. */
interface Choice {
  reason?: string;
  hasText?: boolean;
}

/** Collects a {@link LlmResponse} within its limits. */
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
  /** For an API whose events tell of tokens again and again. */
  readonly largest = new LargestCounts();
  private readonly choices = new Map<number, Choice>();
  private thought = false;

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
    this.thought ||= text !== undefined;
  }

  /** True once a choice said something. */
  hasText(choice: number): boolean {
    return this.choices.get(choice)?.hasText ?? false;
  }

  /** A choice is there, and ended where there is a reason; told again, the later reason counts. */
  noteChoice(choice: number, reason: string | undefined): void {
    const known = this.choiceOf(choice);
    if (known && reason !== undefined) known.reason = reason.slice(0, MAX_REASON_LENGTH);
  }

  /**
   * Takes counts that are the newest; what they do not say stays. A 0 is taken for output only, and only where nothing
   * was counted before and `zeroCounts`.
   */
  addCounts({ input, output, total }: TokenCounts, zeroCounts: boolean): void {
    const { response } = this;
    if (input !== undefined) response.inputTokens = input;
    if (output !== undefined && (output > 0 || (zeroCounts && response.outputTokens === undefined)))
      response.outputTokens = output;
    if (total !== undefined) response.totalTokens = total;
    else if (input !== undefined || output) delete response.totalTokens;
  }

  /** The response, once all was read. */
  end(): LlmResponse {
    const { response, toolCalls } = this;
    this.addCounts(this.largest.counts(response.terminal && !response.partial), true);
    response.toolCallCount = toolCalls.count;
    response.toolCalls = toolCalls.kept();
    const choices = [...this.choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
    response.finishReasons = choices
      .flatMap(({ reason }) => (reason === undefined ? [] : [reason]))
      .slice(0, MAX_REASONS);
    // What was said is not nothing: a 0 beside it stands for a count that was not made.
    if (response.outputTokens === 0 && (this.saidAnything || response.partial)) delete response.outputTokens;
    return response;
  }

  /** True when all choices ended that were seen, or one, where not all was seen. */
  get isFinished(): boolean {
    const choices = [...this.choices.values()];
    const ended = choices.filter(({ reason }) => reason !== undefined).length;
    return ended > 0 && (ended === choices.length || this.response.partial);
  }

  private get saidAnything(): boolean {
    return this.response.textLength > 0 || this.toolCalls.count > 0 || this.thought;
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
