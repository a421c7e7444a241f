import type { Attributes } from '@opentelemetry/api';
import { knownAttributes, type Draft } from '../shared/attributes';
import type { LogEntry } from '../shared/log-entry';
import { COMMON, GEN_AI, MCP, OI, RPC } from '../shared/semconv';
import type { ParentSource } from '../shared/traces/parent';
import type { ContentOptions } from './content';
import { toolOf, type Operation } from './operation';

/** What of a plugin's config shapes its spans. */
export interface SpanOptions extends ContentOptions {
  readonly parent: ParentSource;
  readonly service_name: string;
  readonly environment: string;
}

/** Names are the client's word; longer ones are cut. */
export const MAX_NAME_LENGTH = 128;

/** The attributes of a message's span; none holds content. */
export function attributesOf(operation: Operation, options: SpanOptions): Attributes {
  const { entry, message, verdict, denial } = operation;
  const tool = toolOf(operation);
  return knownAttributes(gatewayAttributes(entry, options), {
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
    [OI.sessionId]: operation.sessionId,
  });
}

/** What Kong knows of any exchange. */
export const gatewayAttributes = (entry: LogEntry, options: SpanOptions): Draft => ({
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
  [OI.userId]: entry.consumer?.id,
  [OI.metadata]: JSON.stringify({
    service: options.service_name,
    env: options.environment,
    route: entry.route,
    'kong.request_id': entry.requestId,
  }),
});

/** The resource's URI without its query, which may hold content. */
const resourceOf = ({ message: { method, name } }: Operation): string | undefined =>
  method.startsWith('resources/') ? name?.split(/[?#]/, 1)[0]?.slice(0, 1024) : undefined;
