import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Writes a span for a request that continues a trace. */
export interface Spans {
  /** Handles the request inside of a span. A request without a valid `traceparent` gets none. */
  around(request: Request, handle: (request: Request) => Promise<Response>): Promise<Response>;
  /** Sends the spans that wait. */
  end(): Promise<void>;
}

/** Where spans go. */
export interface SpanOptions {
  /** The OTLP endpoint, used unchanged. */
  readonly url: string;
  readonly project: string;
  readonly service: string;
}

/** Exports spans in batches, such as to Phoenix behind the gateway. A failure of the collector affects no request. */
export function startSpans({ url, project, service }: SpanOptions): Spans {
  const exporter = new OTLPTraceExporter({ url, headers: { 'x-project-name': project }, timeoutMillis: 5_000 });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'openinference.project.name': project }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer('calculator');
  return {
    around: (request, handle) => around(tracer, request, handle),
    end: () => provider.shutdown().catch(() => undefined),
  };
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

async function around(
  tracer: Tracer,
  request: Request,
  handle: (request: Request) => Promise<Response>,
): Promise<Response> {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(request.headers.get('traceparent') ?? '') ?? [];
  if (request.method !== 'POST' || traceId === undefined || spanId === undefined) return handle(request);
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16), isRemote: true };
  const parent = trace.setSpanContext(ROOT_CONTEXT, remote);
  const { method, tool, id } = await messageIn(request);
  const span = tracer.startSpan(
    tool === undefined ? method : `${method} ${tool}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'openinference.span.kind': tool === undefined ? 'CHAIN' : 'TOOL',
        'mcp.method.name': method,
        ...(tool !== undefined && { 'gen_ai.tool.name': tool, 'tool.name': tool }),
        ...(id !== undefined && { 'jsonrpc.request.id': id }),
      },
    },
    parent,
  );
  try {
    const response = await context.with(trace.setSpan(parent, span), () => handle(request));
    if (response.status >= 400) fail(span, String(response.status));
    return response.body ? new Response(untilRead(response.body, span), response) : ended(response, span);
  } catch (error) {
    fail(span, 'exception');
    span.end();
    throw error;
  }
}

function ended(response: Response, span: Span): Response {
  span.end();
  return response;
}

/** The body, with which the span ends: of a stream that is its last event, or the departure of the client. */
function untilRead(body: ReadableStream<Uint8Array>, span: Span): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        span.end();
        controller.close();
      } catch (error) {
        fail(span, 'exception');
        span.end();
        controller.error(error);
      }
    },
    cancel: async (reason) => {
      span.end();
      await reader.cancel(reason);
    },
  });
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** What a message is about; names are cut, since clients choose them. */
async function messageIn(request: Request): Promise<{ method: string; tool?: string; id?: string }> {
  let message: unknown;
  try {
    message = JSON.parse(await request.clone().text());
  } catch {
    // The endpoint answers what is not JSON.
  }
  const { method, params, id } = (message ?? {}) as {
    method?: unknown;
    params?: { name?: unknown } | null;
    id?: unknown;
  };
  const tool = method === 'tools/call' ? params?.name : undefined;
  return {
    method: typeof method === 'string' ? method.slice(0, 64) : 'mcp',
    ...(typeof tool === 'string' && { tool: tool.slice(0, 64) }),
    ...((typeof id === 'string' || typeof id === 'number') && { id: String(id).slice(0, 64) }),
  };
}
