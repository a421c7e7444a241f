import { randomUUID } from 'node:crypto';
import { context, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import { Ollama, type ChatResponse, type Message } from 'ollama';

/** What a conversation needs. */
export interface ConversationOptions {
  readonly tracer: Tracer;
  /** An Ollama, or the agent behind the gateway: `http://127.0.0.1:8000/agent`. */
  readonly host: string;
  readonly model: string;
  /** The API key of the caller, if the gateway wants one. */
  readonly apiKey?: string;
}

/** Questions and answers under one span. Each turn is a span of its own, and the parent of what the gateway does for it. */
export class Conversation {
  private readonly id = randomUUID();
  private readonly messages: Message[] = [];
  private readonly span: Span;

  constructor(private readonly options: ConversationOptions) {
    this.span = options.tracer.startSpan('conversation', {
      attributes: { 'openinference.span.kind': 'CHAIN', 'gen_ai.conversation.id': this.id, 'session.id': this.id },
    });
  }

  /** The id of the trace that all turns belong to. */
  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  /** Asks the model; yields its answer in pieces, as they come. */
  async *ask(question: string): AsyncGenerator<string> {
    const span = this.startTurn();
    const startedMs = performance.now();
    this.messages.push({ role: 'user', content: question });
    let answer = '';
    try {
      const { model } = this.options;
      const stream = await this.clientOf(span).chat({ model, messages: this.messages, stream: true });
      for await (const part of stream) {
        const { content } = part.message;
        if (content !== '' && answer === '') {
          span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - startedMs) / 1000);
        }
        answer += content;
        if (part.done) span.setAttributes(factsOf(part));
        yield content;
      }
      this.messages.push({ role: 'assistant', content: answer });
    } catch (error) {
      this.messages.pop();
      span.setAttribute('error.type', error instanceof Error ? error.name : 'error');
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  /** Ends the span of the conversation. */
  end(): void {
    this.span.end();
  }

  private startTurn(): Span {
    const { tracer, model } = this.options;
    const attributes = {
      'openinference.span.kind': 'LLM',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': model,
      'gen_ai.conversation.id': this.id,
      'session.id': this.id,
    };
    const parent = trace.setSpan(context.active(), this.span);
    return tracer.startSpan(`chat ${model}`, { kind: SpanKind.CLIENT, attributes }, parent);
  }

  /** A client whose requests carry the ids of the turn's span: the spans of the gateway become its children. */
  private clientOf(span: Span): Ollama {
    const { host, apiKey } = this.options;
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    const headers = { traceparent, 'x-session-id': this.id, ...(apiKey !== undefined && { apikey: apiKey }) };
    return new Ollama({ host, headers });
  }
}

/** What the last part of an answer says about it. The counts are those of all rounds of the gateway. */
const factsOf = ({ model, done_reason: reason, prompt_eval_count: input, eval_count: output }: ChatResponse) => ({
  'gen_ai.response.model': model,
  'gen_ai.response.finish_reasons': [reason],
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
  'llm.model_name': model,
  'llm.token_count.prompt': input,
  'llm.token_count.completion': output,
});
