import type { Attributes } from '@opentelemetry/api';
import { knownAttributes } from '../shared/attributes';
import type { Redactor } from '../shared/redact';
import { COMMON, GEN_AI, MCP, OI, RPC } from '../shared/semconv';
import { parentOf, type ParentSource } from '../shared/traces/parent';
import type { SpanRecord } from '../shared/traces/span';
import { contentAttributes, type ContentOptions } from './content';
import { toolOf, type Operation } from './operation';

/** What of a plugin's config shapes its spans. */
export interface SpanOptions extends ContentOptions {
  readonly parent: ParentSource;
  readonly service_name: string;
  readonly environment: string;
}

const MAX_NAME_LENGTH = 128;
const MAX_ERROR_LENGTH = 200;

/** The span of one message. */
export function spanOf(operation: Operation, options: SpanOptions, redact: Redactor): SpanRecord {
  const { entry, message, verdict } = operation;
  const http = parentOf(entry, options.parent);
  const own = options.parent === 'none' ? undefined : message.parent;
  const parent = own ?? http;
  return {
    name: spanNameOf(operation),
    kind: 'client',
    startMs: operation.startMs,
    endMs: operation.endMs,
    attributes: Object.assign(attributesOf(operation, options), contentAttributes(operation, options, redact)),
    ...(verdict.errorType !== undefined && { error: errorMessageOf(operation, redact) }),
    ...(parent && { parent }),
    ...(own && http && own.traceId !== http.traceId && { link: http }),
  };
}

/** `{method} {target}`: the target is a tool or a prompt, never a resource, of which there are too many. */
function spanNameOf({ message: { method, name } }: Operation): string {
  const target = method === 'tools/call' || method === 'prompts/get' ? name : undefined;
  return (target === undefined ? method : `${method} ${target}`).slice(0, MAX_NAME_LENGTH);
}

function attributesOf(operation: Operation, options: SpanOptions): Attributes {
  const { entry, message, verdict, denial } = operation;
  const tool = toolOf(operation);
  return knownAttributes({
    [OI.kind]: message.method === 'tools/call' ? 'TOOL' : 'CHAIN',
    [OI.toolName]: tool,
    [MCP.method]: message.method.slice(0, MAX_NAME_LENGTH),
    [MCP.protocolVersion]: operation.revision,
    [MCP.sessionId]: operation.sessionId,
    [MCP.resourceUri]: resourceOf(operation),
    [RPC.requestId]: message.id === undefined ? undefined : String(message.id).slice(0, 256),
    [RPC.statusCode]: verdict.code,
    [GEN_AI.operation]: tool === undefined ? undefined : 'execute_tool',
    [GEN_AI.toolName]: tool,
    [GEN_AI.promptName]: message.method === 'prompts/get' ? message.name : undefined,
    [COMMON.errorType]: verdict.errorType,
    [COMMON.deniedBy]: denial?.by,
    [COMMON.deniedReason]: denial?.reason,
    [COMMON.networkTransport]: 'tcp',
    [COMMON.networkProtocol]: 'http',
    [COMMON.serverAddress]: entry.service.host ?? entry.peer?.address,
    [COMMON.serverPort]: entry.peer?.port ?? entry.service.port,
    [COMMON.peerAddress]: entry.peer?.address,
    [COMMON.httpMethod]: entry.method,
    [COMMON.httpStatus]: entry.status,
    [COMMON.kongService]: entry.service.name || undefined,
    [COMMON.kongRoute]: entry.route,
    [COMMON.kongRequestId]: entry.requestId,
    [COMMON.kongTraceId]: entry.traceId,
    [OI.sessionId]: operation.sessionId,
    [OI.userId]: entry.consumer?.id,
    [OI.metadata]: JSON.stringify({
      service: options.service_name,
      env: options.environment,
      route: entry.route,
      'kong.request_id': entry.requestId,
    }),
  });
}

/** The resource's URI without its query, which may hold content. */
const resourceOf = ({ message: { method, name } }: Operation): string | undefined =>
  method.startsWith('resources/') ? name?.split(/[?#]/, 1)[0]?.slice(0, 1024) : undefined;

function errorMessageOf({ verdict: { message, errorType = '' } }: Operation, redact: Redactor): string {
  return redact(message?.slice(0, 4096) || errorType).slice(0, MAX_ERROR_LENGTH);
}
