import * as z from 'zod';
import { optional, tool, type ChatRequest } from './requests';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const message = z.looseObject({
  role: z.string(),
  content: optional(z.union([z.string(), z.array(part).max(256)])),
});

/** The body of `POST /v1/chat/completions`, as far as the demo reads it. */
export const openaiChatRequest = z.object({
  model: z.string().default(''),
  messages: z.array(message).min(1).max(4_096),
  tools: optional(z.array(tool).max(128)),
  stream: optional(z.boolean()),
  stream_options: optional(z.looseObject({ include_usage: optional(z.boolean()) })),
  max_tokens: optional(z.int()),
  max_completion_tokens: optional(z.int()),
  seed: optional(z.int()),
  stop: optional(z.union([z.string(), z.array(z.string()).max(16)])),
  response_format: optional(z.looseObject({ type: z.string() })),
});

/** A parsed request. */
export type OpenaiChatRequest = z.infer<typeof openaiChatRequest>;

/** The same request in the format of `/api/chat`. */
export function toChatRequest(request: OpenaiChatRequest): ChatRequest {
  const { model, messages, tools, stream, seed, stop, response_format: format } = request;
  return {
    model,
    messages: messages.map(({ role, content }) => ({
      role,
      content: typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join(''),
    })),
    tools: tools ?? [],
    stream: stream ?? false,
    ...(format && format.type !== 'text' && { format: 'json' }),
    options: {
      num_predict: request.max_completion_tokens ?? request.max_tokens ?? -1,
      seed: seed ?? 0,
      stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    },
  };
}
