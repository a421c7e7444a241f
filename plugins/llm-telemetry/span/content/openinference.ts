import type { Attributes } from '@opentelemetry/api';
import { OI } from '../../../shared/telemetry/spans/semconv';
import type { ToolCall } from '../../response/tool-calls/tool-calls';
import type { Content } from './clipped';
import type { Message } from './messages';

/** Content in the attributes of OpenInference (`spec/llm_spans.md`, `spec/tool_calling.md`), which Phoenix displays. */
export function openInferenceContent({ input, output, toolDefinitions }: Content): Attributes {
  const attributes: Attributes = {};
  input.forEach((message, index) => {
    addMessage(attributes, `${OI.inputMessages}.${index}.message`, message);
  });
  const prefix = `${OI.outputMessages}.0.message`;
  if (output.text !== '' || output.toolCalls.length > 0) addMessage(attributes, prefix, output);
  if (output.thinking !== '') {
    // Several items in one message, since their order matters.
    attributes[`${prefix}.contents.0.message_content.type`] = 'reasoning';
    attributes[`${prefix}.contents.0.message_content.text`] = output.thinking;
    attributes[`${prefix}.contents.1.message_content.type`] = 'text';
    attributes[`${prefix}.contents.1.message_content.text`] = output.text;
  }
  toolDefinitions.forEach((definition, index) => {
    attributes[`${OI.tools}.${index}.tool.json_schema`] = definition;
  });
  return attributes;
}

function addMessage(attributes: Attributes, prefix: string, message: Message): void {
  attributes[`${prefix}.role`] = message.role;
  if (message.text !== '') attributes[`${prefix}.content`] = message.text;
  if (message.toolCallId !== undefined) attributes[`${prefix}.tool_call_id`] = message.toolCallId;
  if (message.name !== undefined) attributes[`${prefix}.name`] = message.name;
  message.toolCalls.forEach((call, index) => {
    addToolCall(attributes, `${prefix}.tool_calls.${index}.tool_call`, call);
  });
}

function addToolCall(attributes: Attributes, prefix: string, { id, name, arguments: json }: ToolCall): void {
  if (id !== undefined) attributes[`${prefix}.id`] = id;
  attributes[`${prefix}.function.name`] = name;
  if (json !== undefined) attributes[`${prefix}.function.arguments`] = json;
}
