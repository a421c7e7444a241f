import { numberOf, textOf } from './attributes';
import type { KeptSpan } from './span-store';
import type { Span } from './spans';

/** A span in the list of the page; unknown values are absent. */
export interface SpanRow {
  seq: number;
  /** Start of the span, milliseconds since 1970. */
  startMs: number;
  durationMs: number;
  project: string;
  traceId: string;
  name: string;
  kind: string;
  /** The model of an LLM call, the tool of a tool call, else a prompt or resource. */
  subject?: string;
  tokensIn?: number;
  tokensOut?: number;
  firstChunkMs?: number;
  status: Span['statusCode'];
  statusMessage?: string;
}

const MAX_CELL_CHARS = 200;

/** A span as a row of the list; texts are cut to 200 characters. */
export function rowOf({ seq, span }: KeptSpan): SpanRow {
  const { attributes } = span;
  const subject = textOf(
    attributes,
    'gen_ai.tool.name',
    'tool.name',
    'llm.model_name',
    'gen_ai.response.model',
    'gen_ai.request.model',
    'embedding.model_name',
    'gen_ai.prompt.name',
    'mcp.resource.uri',
  );
  const tokensIn = numberOf(attributes, 'gen_ai.usage.input_tokens', 'llm.token_count.prompt');
  const tokensOut = numberOf(attributes, 'gen_ai.usage.output_tokens', 'llm.token_count.completion');
  const firstChunk = numberOf(attributes, 'gen_ai.response.time_to_first_chunk');
  return {
    seq,
    startMs: milliseconds(span.startNs),
    durationMs: milliseconds(span.endNs - span.startNs),
    project: cut(span.project),
    traceId: span.traceId,
    name: cut(span.name),
    kind: cut(kindOf(span)),
    ...(subject !== undefined && { subject: cut(subject) }),
    ...(tokensIn !== undefined && { tokensIn }),
    ...(tokensOut !== undefined && { tokensOut }),
    ...(firstChunk !== undefined && { firstChunkMs: firstChunk * 1_000 }),
    status: span.statusCode,
    ...(span.statusMessage !== '' && { statusMessage: cut(span.statusMessage) }),
  };
}

/** A span as Phoenix's REST API returns it (`GET /v1/projects/{name}/spans`). */
export function phoenixSpanOf({ seq, span }: KeptSpan): object {
  return {
    id: String(seq),
    name: span.name,
    context: { trace_id: span.traceId, span_id: span.spanId },
    span_kind: kindOf(span),
    parent_id: span.parentId,
    start_time: isoTime(span.startNs),
    end_time: isoTime(span.endNs),
    status_code: span.statusCode,
    status_message: span.statusMessage,
    attributes: span.attributes,
    events: span.events.map(({ name, timeNs, attributes }) => ({ name, timestamp: isoTime(timeNs), attributes })),
  };
}

/**
 * Nanoseconds since 1970 as ISO 8601 with microseconds, as in Python; later times than a date can hold become its
 * limit.
 */
export function isoTime(ns: bigint): string {
  const maxMs = 8_640_000_000_000_000n;
  const ms = ns / 1_000_000n > maxMs ? maxMs : ns / 1_000_000n;
  const micros = String((ns / 1_000n) % 1_000n).padStart(3, '0');
  return new Date(Number(ms)).toISOString().replace('Z', `${micros}Z`);
}

function kindOf({ attributes }: Span): string {
  return textOf(attributes, 'openinference.span.kind')?.toUpperCase() ?? 'UNKNOWN';
}

function milliseconds(ns: bigint): number {
  return Number(ns) / 1e6;
}

function cut(text: string): string {
  return text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS)}…` : text;
}
