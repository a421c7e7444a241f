import type { Attributes } from '@opentelemetry/api';
import { REDACTED, type Redactor } from '../../../shared/telemetry/redaction/redact';
import { LEGACY, OI } from '../../../shared/telemetry/spans/semconv';
import type { LlmCall } from '../../call';
import { Clip, PREVIEW_LENGTH } from './clip';
import { clippedContent, type ContentOptions } from './clipped';
import { inputMessagesOf, type Message } from './messages';
import { openInferenceContent } from './openinference';
import { otelContent } from './otel';

/** The number of characters of a response that must be kept for the captured content. */
export const textLengthToKeep = ({ capture_content }: Pick<ContentOptions, 'capture_content'>): number =>
  capture_content === 'none' ? 0 : 65_536;

/**
 * The attributes with the content of request and response, if it is enabled. Otherwise they are `__REDACTED__`, since
 * Phoenix would fill an absent output with the response's id and model.
 */
export function contentAttributes(call: LlmCall, options: ContentOptions, redact: Redactor): Attributes {
  if (options.capture_content === 'none') return { [OI.inputValue]: REDACTED, [OI.outputValue]: REDACTED };
  const clip = new Clip(redact);
  return options.capture_content === 'preview' ? previews(call, clip) : full(call, options, clip);
}

function previews({ api, request, response }: LlmCall, clip: Clip): Attributes {
  const input = request.body ? inputMessagesOf(api.name, request.body) : [];
  return values(clip.text(lastOfUser(input), PREVIEW_LENGTH), clip.text(response?.text ?? '', PREVIEW_LENGTH));
}

/** The texts of an embeddings request; the vectors are never written. */
function embedded(input: readonly Message[], clip: Clip): Attributes {
  const texts = clip.lastOf(input).map(({ text }) => clip.text(text));
  const attributes: Attributes = { [OI.inputValue]: texts.join('\n'), [OI.outputValue]: REDACTED };
  texts.forEach((text, index) => {
    attributes[`${OI.embeddings}.${index}.embedding.text`] = text;
  });
  return { ...attributes, ...(clip.truncated && { [LEGACY.contentTruncated]: true }) };
}

function full(call: LlmCall, options: ContentOptions, clip: Clip): Attributes {
  const { api, request } = call;
  if (api.operation === 'embeddings') return embedded(inputMessagesOf(api.name, request.body ?? {}), clip);
  const content = clippedContent(call, options, clip);
  const finishReason = call.response?.finishReasons[0] ?? (call.errorType === undefined ? undefined : 'error');
  return {
    ...values(lastOfUser(content.input), content.output.text),
    ...(options.content_format !== 'otel' && openInferenceContent(content)),
    ...(options.content_format !== 'openinference' && otelContent(content, finishReason)),
    ...(clip.truncated && { [LEGACY.contentTruncated]: true }),
  };
}

const values = (input: string, output: string): Attributes => ({
  [OI.inputValue]: input,
  [OI.inputMimeType]: 'text/plain',
  [OI.outputValue]: output,
  [OI.outputMimeType]: 'text/plain',
  [LEGACY.lastMessagePreview]: input.slice(0, PREVIEW_LENGTH),
  [LEGACY.responsePreview]: output.slice(0, PREVIEW_LENGTH),
});

const lastOfUser = (input: readonly Message[]): string => input.findLast(({ role }) => role === 'user')?.text ?? '';
