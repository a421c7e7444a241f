import * as z from 'zod';
import { optional, type ChatRequest } from './requests';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: optional(z.union([z.string(), z.array(part).max(256)])),
  output: optional(z.unknown()),
});
const tool = z.looseObject({ type: z.string(), name: z.string().max(256).optional() });

/** The body of `POST /v1/responses`, as far as the demo reads it. */
export const responsesRequest = z.object({
  model: z.string().default(''),
  input: z.union([z.string(), z.array(item).min(1).max(4_096)]),
  instructions: optional(z.string()),
  tools: optional(z.array(tool).max(128)),
  tool_choice: optional(z.unknown()),
  stream: optional(z.boolean()),
  max_output_tokens: optional(z.int()),
});

/** A parsed request. */
export type ResponsesRequest = z.infer<typeof responsesRequest>;

/** The same request in the format of `/api/chat`. Items that are not messages or results are skipped. */
export function responsesToChat(request: ResponsesRequest): ChatRequest {
  const { model, input, tools, stream, tool_choice: choice } = request;
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  return {
    model,
    messages: items.flatMap(({ type, role, content, output }) => {
      if (type === 'function_call_output') return [{ role: 'tool', content: textOf(output) }];
      return role === undefined ? [] : [{ role, content: textOf(content) }];
    }),
    tools:
      choice === 'none'
        ? []
        : (tools ?? []).flatMap(({ name, description, parameters }) =>
            name === undefined ? [] : [{ function: { name, description: textOf(description), parameters } }],
          ),
    stream: stream ?? false,
    options: { num_predict: request.max_output_tokens ?? -1 },
  };
}

/** The text of content: a string, or parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}
