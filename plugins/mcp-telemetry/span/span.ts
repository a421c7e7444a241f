import { isNamingMethod } from '../../shared/mcp/announced-names';
import { MAX_ERROR_LENGTH, type Redactor } from '../../shared/telemetry/redaction/redact';
import { idsAndParentOf } from '../../shared/telemetry/spans/ids-and-parent';
import type { SpanRecord } from '../../shared/telemetry/spans/span';
import type { StartedSpan } from '../../shared/telemetry/spans/started-span';
import { MAX_NAME_LENGTH, type Operation } from '../operations/operation';
import { attributesOf, type SpanOptions } from './attributes';
import { contentAttributes } from './content';

/**
 * The span of one message.
 *
 * @param started the span that the access phase started; only for the first message of a request
 */
export function spanOf(
  operation: Operation,
  started: StartedSpan | undefined,
  options: SpanOptions,
  redact: Redactor,
): SpanRecord {
  const { entry, message, outcome } = operation;
  const { ids, parent: http } = idsAndParentOf(entry, options.parent, started);
  const own = options.parent === 'none' ? undefined : message.parent;
  const parent = own ?? http;
  return {
    name: spanNameOf(operation, redact),
    kind: 'client',
    startMs: operation.startMs,
    endMs: operation.endMs,
    attributes: Object.assign(attributesOf(operation, options, redact), contentAttributes(operation, options, redact)),
    ...(outcome.errorType !== undefined && { error: errorMessageOf(operation, redact) }),
    // A span is in the trace of its parent, even if the upstream received another trace id.
    ...(ids && { ids: { ...ids, traceId: parent?.traceId ?? ids.traceId } }),
    ...(parent && { parent }),
    ...(own && http && own.traceId !== http.traceId && { link: http }),
  };
}

/** `{method} {target}`: the target is a tool or a prompt, never a resource, since there are too many. */
function spanNameOf({ message: { method, name } }: Operation, redact: Redactor): string {
  const target = isNamingMethod(method) ? name : undefined;
  return redact.name(target === undefined ? method : `${method} ${target}`, MAX_NAME_LENGTH);
}

function errorMessageOf({ outcome: { message, errorType = '' }, clientValues }: Operation, redact: Redactor): string {
  return redact.error(message || errorType, MAX_ERROR_LENGTH, clientValues);
}
