import type { Attributes } from '@opentelemetry/api';
import { stringify } from '../shared/lenient-json';
import { REDACTED, type Redactor } from '../shared/redact';
import { GEN_AI, OI } from '../shared/semconv';
import { toolOf, type Operation } from './operation';

/** What of content is opted in; fields of the plugin's config. */
export interface ContentOptions {
  readonly capture_tool_args: boolean;
  readonly capture_tool_results: boolean;
}

/** How much of one call's arguments or result a span carries, in characters. */
const MAX_CONTENT_LENGTH = 8192;

/** The attributes that hold what was asked and answered, as far as it is opted in; `__REDACTED__` elsewhere. */
export function contentAttributes(operation: Operation, options: ContentOptions, redact: Redactor): Attributes {
  const isToolCall = toolOf(operation) !== undefined;
  const clip = (value: unknown): string | undefined => {
    const text = value === undefined ? undefined : stringify(value);
    return text === undefined ? undefined : redact.content(text, MAX_CONTENT_LENGTH);
  };
  const args = isToolCall && options.capture_tool_args ? clip(operation.message.params?.['arguments']) : undefined;
  const result = isToolCall && options.capture_tool_results ? clip(operation.answer?.result) : undefined;
  return {
    [OI.inputValue]: args ?? REDACTED,
    [OI.outputValue]: result ?? REDACTED,
    ...(args !== undefined && {
      [OI.inputMimeType]: 'application/json',
      [OI.toolParameters]: args,
      [GEN_AI.toolArguments]: args,
    }),
    ...(result !== undefined && { [OI.outputMimeType]: 'application/json', [GEN_AI.toolResult]: result }),
  };
}
