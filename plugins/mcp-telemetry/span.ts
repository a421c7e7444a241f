import { isNamingMethod } from '../shared/mcp/known-names';
import type { Redactor } from '../shared/telemetry/redact';
import type { BegunSpan } from '../shared/telemetry/traces/begun-span';
import { placeOf } from '../shared/telemetry/traces/place';
import type { SpanRecord } from '../shared/telemetry/traces/span';
import { attributesOf, type SpanOptions } from './attributes';
import { contentAttributes } from './content';
import { MAX_NAME_LENGTH, type Operation } from './operation';

const MAX_ERROR_LENGTH = 200;

/** The span of one message; `begun`: as the access phase began it, if it did, and if this message is the first. */
export function spanOf(
  operation: Operation,
  begun: BegunSpan | undefined,
  options: SpanOptions,
  redact: Redactor,
): SpanRecord {
  const { entry, message, verdict } = operation;
  const { ids, parent: http } = placeOf(entry, options.parent, begun);
  const own = options.parent === 'none' ? undefined : message.parent;
  const parent = own ?? http;
  return {
    name: spanNameOf(operation, redact),
    kind: 'client',
    startMs: operation.startMs,
    endMs: operation.endMs,
    attributes: Object.assign(attributesOf(operation, options, redact), contentAttributes(operation, options, redact)),
    ...(verdict.errorType !== undefined && { error: errorMessageOf(operation, redact) }),
    // A span is in its parent's trace, whichever the upstream was told of.
    ...(ids && { ids: { ...ids, traceId: parent?.traceId ?? ids.traceId } }),
    ...(parent && { parent }),
    ...(own && http && own.traceId !== http.traceId && { link: http }),
  };
}

/** `{method} {target}`: the target is a tool or a prompt, never a resource, of which there are too many. */
function spanNameOf({ message: { method, name } }: Operation, redact: Redactor): string {
  const target = isNamingMethod(method) ? name : undefined;
  return redact.name(target === undefined ? method : `${method} ${target}`, MAX_NAME_LENGTH);
}

function errorMessageOf({ verdict: { message, errorType = '' }, clientValues }: Operation, redact: Redactor): string {
  return redact.error(message || errorType, MAX_ERROR_LENGTH, clientValues);
}
