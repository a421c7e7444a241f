import { readAttributes, textOf, type Attributes } from './attributes';
import type { WireRequest, WireSpan } from './otlp-messages';

/** A span as the sink stores it. Ids are lower-case hex; times are nanoseconds since 1970. */
export interface Span {
  project: string;
  name: string;
  traceId: string;
  spanId: string;
  parentId: string | null;
  startNs: bigint;
  endNs: bigint;
  statusCode: 'UNSET' | 'OK' | 'ERROR';
  statusMessage: string;
  attributes: Attributes;
  events: { name: string; timeNs: bigint; attributes: Attributes }[];
}

const STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const;
const MAX_PROJECT_CHARS = 128;

/**
 * The spans of a request with their project: from the header, else from the resource, else `default`, as in Phoenix.
 * All other attributes of the resource are dropped, as in Phoenix.
 */
export function readSpans(request: WireRequest, projectHeader: string | undefined): Span[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const named = projectHeader ?? textOf(readAttributes(resource?.attributes), 'openinference.project.name');
    const project = (named ?? '').trim().slice(0, MAX_PROJECT_CHARS) || 'default';
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => readSpan(span, project)));
  });
}

function readSpan(span: WireSpan, project: string): Span {
  return {
    project,
    name: span.name ?? '',
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: hex(span.parentSpanId) || null,
    startNs: BigInt(span.startTimeUnixNano ?? 0),
    endNs: BigInt(span.endTimeUnixNano ?? 0),
    statusCode: STATUS_CODES[span.status?.code ?? 0] ?? 'UNSET',
    statusMessage: span.status?.message ?? '',
    attributes: readAttributes(span.attributes),
    events: (span.events ?? []).map(({ name = '', timeUnixNano = '0', attributes }) => ({
      name,
      timeNs: BigInt(timeUnixNano),
      attributes: readAttributes(attributes),
    })),
  };
}

function hex(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
