import type { Attributes } from '@opentelemetry/api';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { Redactor } from '../../shared/telemetry/redaction/redact';
import { withoutSecrets } from '../../shared/telemetry/redaction/safe-uri';
import { addKnown } from '../../shared/telemetry/spans/attributes';
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
  const attributes = exchangeAttributes(entry, options);
  addKnown(attributes, OI.kind, message.method === 'tools/call' ? 'TOOL' : 'CHAIN');
  addKnown(attributes, OI.toolName, tool);
  addKnown(attributes, MCP.method, clean(message.method));
  addKnown(attributes, MCP.protocolVersion, operation.revision);
  addKnown(attributes, MCP.sessionId, operation.sessionId);
  addKnown(attributes, MCP.resourceUri, resourceOf(operation, redact));
  addKnown(attributes, RPC.requestId, message.id === undefined ? undefined : clean(String(message.id)));
  addKnown(attributes, RPC.statusCode, outcome.code);
  addKnown(attributes, GEN_AI.operation, tool === undefined ? undefined : 'execute_tool');
  addKnown(attributes, GEN_AI.toolName, tool);
  addKnown(attributes, GEN_AI.promptName, message.method === 'prompts/get' ? clean(message.name) : undefined);
  addKnown(attributes, COMMON.errorType, outcome.errorType);
  addKnown(attributes, COMMON.deniedBy, denial?.by);
  addKnown(attributes, COMMON.deniedReason, denial?.reason);
  addKnown(attributes, OI.sessionId, operation.sessionId);
  return attributes;
}

/** The attributes of any exchange with an MCP server, in an object of their own. */
export function exchangeAttributes(entry: LogEntry, options: ServiceOptions): Attributes {
  const attributes = kongAttributes(entry, options);
  addKnown(attributes, COMMON.networkTransport, 'tcp');
  addKnown(attributes, COMMON.networkProtocol, 'http');
  addKnown(attributes, OI.userId, entry.consumer?.id ?? entry.principal);
  return attributes;
}

/** The resource's URI without parts that may be secrets or content. */
const resourceOf = ({ message: { method, name } }: Operation, redact: Redactor): string | undefined =>
  method.startsWith('resources/') && name !== undefined
    ? redact.error(withoutSecrets(name), MAX_URI_LENGTH)
    : undefined;
