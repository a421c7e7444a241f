/** A call of a tool that the model asked for. */
export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** As JSON text. */
  readonly arguments?: string;
}

/** Durations that Ollama reports, in milliseconds. */
export interface Timings {
  readonly totalMs?: number;
  readonly loadMs?: number;
  readonly promptEvalMs?: number;
  readonly evalMs?: number;
}

/** What an answer said. What it did not say is undefined, never 0. */
export interface Reply {
  model?: string;
  id?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** As the API words them. */
  finishReasons: string[];
  /** How many tool calls there were; {@link toolCalls} keeps the first ones. */
  toolCallCount: number;
  toolCalls: ToolCall[];
  error?: ReplyError;
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
export interface ReplyError {
  readonly message: string;
  readonly type?: string;
}

/** How much of an answer is kept. */
export interface ReplyLimits {
  /** Bytes of one document, line or event. */
  readonly maxBufferBytes: number;
  /** Characters of text; 0 keeps none. */
  readonly maxTextLength: number;
}

/** More tool calls than these are counted, not kept. */
const MAX_TOOL_CALLS = 128;

const MAX_NAME_LENGTH = 256;

/** Collects a {@link Reply} within its limits. */
export class ReplyBuilder {
  readonly reply: Reply = {
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

  constructor(private readonly limits: ReplyLimits) {}

  addText(text: string | undefined): void {
    if (text === undefined) return;
    this.reply.textLength += text.length;
    this.reply.textChunks++;
    this.reply.text = this.extend(this.reply.text, text);
  }

  addThinking(text: string | undefined): void {
    if (text !== undefined) this.reply.thinking = this.extend(this.reply.thinking, text);
  }

  addToolCall({ name, id, arguments: json }: ToolCall): void {
    this.reply.toolCallCount++;
    if (this.reply.toolCalls.length >= MAX_TOOL_CALLS) return;
    this.reply.toolCalls.push({
      name: name.slice(0, MAX_NAME_LENGTH),
      ...(id !== undefined && { id: id.slice(0, MAX_NAME_LENGTH) }),
      ...(json !== undefined && { arguments: json.slice(0, this.limits.maxTextLength) }),
    });
  }

  /** Appends to the arguments of a call that was added before: the one at `index`, or the last one. */
  extendToolCall(index: number | undefined, json: string | undefined): void {
    const { toolCalls } = this.reply;
    const place = index ?? toolCalls.length - 1;
    const call = toolCalls[place];
    if (call && json !== undefined) toolCalls[place] = { ...call, arguments: this.extend(call.arguments ?? '', json) };
  }

  addFinishReason(reason: string | undefined): void {
    if (reason !== undefined && this.reply.finishReasons.length < 16)
      this.reply.finishReasons.push(reason.slice(0, 64));
  }

  private extend(kept: string, text: string): string {
    const room = this.limits.maxTextLength - kept.length;
    return room > 0 ? kept + text.slice(0, room) : kept;
  }
}
