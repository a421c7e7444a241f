import * as z from 'zod';
import { optional, type ChatRequest } from './requests';
import { textOf } from './responses-request';

const block = z.looseObject({ type: z.string() });
const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(block).max(4_096)]),
});
const tool = z.looseObject({ name: z.string().max(256) });

/** The body of `POST /v1/messages`, as far as the demo reads it. */
export const anthropicRequest = z.object({
  model: z.string().default(''),
  messages: z.array(message).min(1).max(4_096),
  system: optional(z.unknown()),
  tools: optional(z.array(tool).max(128)),
  tool_choice: optional(z.looseObject({ type: z.string() })),
  stream: optional(z.boolean()),
  max_tokens: z.int(),
});

/** A parsed request. */
export type AnthropicRequest = z.infer<typeof anthropicRequest>;

/** The same request in the format of `/api/chat`. Each result of a tool becomes a message of its own. */
export function anthropicToChat(request: AnthropicRequest): ChatRequest {
  const { model, messages, tools, stream, tool_choice: choice } = request;
  return {
    model,
    messages: messages.flatMap(({ role, content }) => {
      if (typeof content === 'string') return [{ role, content }];
      const results = content.filter(({ type }) => type === 'tool_result');
      return results.length > 0
        ? results.map((result) => ({ role: 'tool', content: textOf(result['content']) }))
        : [{ role, content: textOf(content) }];
    }),
    tools:
      choice?.type === 'none'
        ? []
        : (tools ?? []).map(({ name, description, input_schema: parameters }) => ({
            function: { name, description: textOf(description), parameters },
          })),
    stream: stream ?? false,
    options: { num_predict: request.max_tokens },
  };
}
