import { textsOf, valuesOfHeaders } from '../../shared/telemetry/redaction/client-values';
import { MAX_ERROR_LENGTH, type Redactor } from '../../shared/telemetry/redaction/redact';
import { idsAndParentOf } from '../../shared/telemetry/spans/ids-and-parent';
import type { ParentSource } from '../../shared/telemetry/spans/parent';
import type { SpanRecord } from '../../shared/telemetry/spans/span';
import type { StartedSpan } from '../../shared/telemetry/spans/started-span';
import type { LlmCall } from '../call';
import { attributesOf, type AttributeOptions } from './attributes';
import type { ContentOptions } from './content/clipped';
import { contentAttributes } from './content/content';
import { spanNameOf } from './span-name';

/** The config fields that affect spans. */
export interface SpanOptions extends AttributeOptions, ContentOptions {
  readonly span_name_style: 'guide' | 'otel';
  readonly parent: ParentSource;
}

/**
 * The span of a call.
 *
 * @param started the span that the access phase started
 */
export function spanOf(
  call: LlmCall,
  started: StartedSpan | undefined,
  options: SpanOptions,
  redact: Redactor,
): SpanRecord {
  return {
    name: spanNameOf(call, options.span_name_style, options.provider),
    kind: 'client',
    startMs: call.startMs,
    endMs: call.endMs,
    attributes: Object.assign(attributesOf(call, options), contentAttributes(call, options, redact)),
    ...(call.errorType !== undefined && { error: errorMessageOf(call, redact) }),
    ...idsAndParentOf(call.entry, options.parent, started),
  };
}

/** The message of a failed call, redacted and cut. */
export function errorMessageOf({ entry, request, response, errorType = '' }: LlmCall, redact: Redactor): string {
  return redact.error(response?.error?.message ?? errorType, MAX_ERROR_LENGTH, [
    ...valuesOfHeaders(entry),
    ...textsOf(request.body),
  ]);
}
