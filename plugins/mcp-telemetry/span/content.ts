import type { Attributes } from '@opentelemetry/api';
import type { JsonObject } from '../../shared/json/json-object';
import { listOf, recordOf, stringify, textOf } from '../../shared/json/lenient-json';
import { REDACTED, type Redactor } from '../../shared/telemetry/redaction/redact';
import { GEN_AI, OI } from '../../shared/telemetry/spans/semconv';
import { toolOf, type Operation } from '../operations/operation';

/** The config fields that enable content. */
export interface ContentOptions {
  readonly capture_tool_args: boolean;
  readonly capture_tool_results: boolean;
}

/** The maximum length of the arguments or the result of one call, in characters. */
const MAX_CONTENT_LENGTH = 8192;

/** The attributes with arguments and results, if they are enabled; otherwise `__REDACTED__`. */
export function contentAttributes(operation: Operation, options: ContentOptions, redact: Redactor): Attributes {
  const isToolCall = toolOf(operation) !== undefined;
  const clip = (value: unknown): string | undefined => {
    const text = value === undefined ? undefined : stringify(value);
    return text === undefined ? undefined : redact.content(text, MAX_CONTENT_LENGTH);
  };
  const args = isToolCall && options.capture_tool_args ? clip(operation.message.params?.['arguments']) : undefined;
  const output = isToolCall && options.capture_tool_results ? operation.response?.result : undefined;
  const result = clip(output);
  const shown = output && outputOf(output);
  return {
    [OI.inputValue]: args ?? REDACTED,
    [OI.outputValue]: shown === undefined ? REDACTED : redact.content(shown.text, MAX_CONTENT_LENGTH),
    ...(args !== undefined && {
      [OI.inputMimeType]: 'application/json',
      [OI.toolParameters]: args,
      [GEN_AI.toolArguments]: args,
    }),
    ...(shown !== undefined && { [OI.outputMimeType]: shown.mimeType }),
    ...(result !== undefined && { [GEN_AI.toolResult]: result }),
  };
}

/** The readable part of a result: its texts, else its structured content, else the whole result. */
function outputOf(result: JsonObject): { readonly text: string; readonly mimeType: string } | undefined {
  const texts = listOf(result['content'])
    .map((part) => textOf(recordOf(part)['text']))
    .filter((text) => text !== undefined);
  if (texts.length > 0) return { text: texts.join('\n'), mimeType: 'text/plain' };
  const text = stringify(result['structuredContent'] ?? result);
  return text === undefined ? undefined : { text, mimeType: 'application/json' };
}
