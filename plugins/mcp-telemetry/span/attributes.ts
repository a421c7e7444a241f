import type { Attributes } from '@opentelemetry/api';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { Redactor } from '../../shared/telemetry/redaction/redact';
import { withoutSecrets } from '../../shared/telemetry/redaction/safe-uri';
import { knownAttributes, type OptionalAttributes } from '../../shared/telemetry/spans/attributes';
import { kongAttributes, type ServiceOptions } from '../../shared/telemetry/spans/kong-attributes';
import type { ParentSource } from '../../shared/telemetry/spans/parent';
import { COMMON, GEN_AI, MCP, OI, RPC } from '../../shared/telemetry/spans/semconv';
import { MAX_NAME_LENGTH, toolOf, type Operation } from '../operations/operation';
import type { ContentOptions } from './content';

/** The config fields that affect spans. */
export interface SpanOptions extends ContentOptions, ServiceOptions {
  readonly parent: ParentSource;
}

/** In characters. */
const MAX_URI_LENGTH = 1024;

/** The attributes of a message's span, without content. */
export function attributesOf(operation: Operation, options: SpanOptions, redact: Redactor): Attributes {
  const { entry, message, outcome, denial } = operation;
  const clean = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : redact.name(name, MAX_NAME_LENGTH);
  const tool = clean(toolOf(operation));
  return knownAttributes(exchangeAttributes(entry, options), {
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

/** The attributes of any exchange with an MCP server. */
export const exchangeAttributes = (entry: LogEntry, options: ServiceOptions): OptionalAttributes => ({
  ...kongAttributes(entry, options),
  [COMMON.networkTransport]: 'tcp',
  [COMMON.networkProtocol]: 'http',
  [OI.userId]: entry.consumer?.id ?? entry.principal,
});

/** The resource's URI without parts that may be secrets or content. */
const resourceOf = ({ message: { method, name } }: Operation, redact: Redactor): string | undefined =>
  method.startsWith('resources/') && name !== undefined
    ? redact.error(withoutSecrets(name), MAX_URI_LENGTH)
    : undefined;
