import type { Attributes } from '@opentelemetry/api';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { Redactor } from '../../shared/telemetry/redaction/redact';
import { withoutSecrets } from '../../shared/telemetry/redaction/safe-uri';
import { knownAttributes, type OptionalAttributes } from '../../shared/telemetry/spans/attributes';
import type { ParentSource } from '../../shared/telemetry/spans/parent';
import { COMMON, GEN_AI, MCP, OI, RPC } from '../../shared/telemetry/spans/semconv';
import { MAX_NAME_LENGTH, toolOf, type Operation } from '../operations/operation';
import type { ContentOptions } from './content';

/** What of a plugin's config shapes its spans. */
export interface SpanOptions extends ContentOptions {
  readonly parent: ParentSource;
  readonly service_name: string;
  readonly environment: string;
}

/** Of a resource, in characters. */
const MAX_URI_LENGTH = 1024;

/** The attributes of a message's span; none holds content. */
export function attributesOf(operation: Operation, options: SpanOptions, redact: Redactor): Attributes {
  const { entry, message, outcome, denial } = operation;
  const clean = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : redact.name(name, MAX_NAME_LENGTH);
  const tool = clean(toolOf(operation));
  return knownAttributes(gatewayAttributes(entry, options), {
    [OI.kind]: message.method === 'tools/call' ? 'TOOL' : 'CHAIN',
    [OI.toolName]: tool,
    [MCP.method]: clean(message.method),
    [MCP.protocolVersion]: operation.revision,
    [MCP.sessionId]: operation.sessionId,
    [MCP.resourceUri]: resourceOf(operation, redact),
    [RPC.requestId]: message.id === undefined ? undefined : clean(String(message.id)),
    [RPC.statusCode]: outcome.code,
    [GEN_AI.operation]: tool === undefined ? undefined : 'execute_tool',
    [GEN_AI.toolName]: tool,
    [GEN_AI.promptName]: message.method === 'prompts/get' ? clean(message.name) : undefined,
    [COMMON.errorType]: outcome.errorType,
    [COMMON.deniedBy]: denial?.by,
    [COMMON.deniedReason]: denial?.reason,
    [OI.sessionId]: operation.sessionId,
  });
}

/** What Kong knows of any exchange. */
export const gatewayAttributes = (entry: LogEntry, options: SpanOptions): OptionalAttributes => ({
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

/** The resource's URI without what may be a secret or content. */
const resourceOf = ({ message: { method, name } }: Operation, redact: Redactor): string | undefined =>
  method.startsWith('resources/') && name !== undefined
    ? redact.error(withoutSecrets(name), MAX_URI_LENGTH)
    : undefined;
