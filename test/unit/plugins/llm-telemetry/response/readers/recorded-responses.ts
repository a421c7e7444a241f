import type { ApiName } from '../../../../../../plugins/llm-telemetry/request/apis';
import type { LlmResponse } from '../../../../../../plugins/llm-telemetry/response/llm-response';
import type { ToolCall } from '../../../../../../plugins/llm-telemetry/response/tool-calls/tool-calls';

/** What a recording says, read by eye. */
export interface Says {
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly finishReasons?: readonly string[];
  readonly text?: string;
  readonly thinking?: string;
  readonly toolCalls?: readonly Partial<ToolCall>[];
  readonly error?: LlmResponse['error'];
  readonly timings?: LlmResponse['timings'];
  readonly id?: string;
  /** True unless said otherwise. */
  readonly terminal?: boolean;
}

type Row = readonly [file: string, api: ApiName, says: Says];

const hello = { model: 'tiny', inputTokens: 6, outputTokens: 10, text: 'Hello there, it is sunny☀' };
const thoughtful = { ...hello, model: 'tiny-think', outputTokens: 15, thinking: 'The user greets' };
const endless = {
  model: 'tiny-endless',
  inputTokens: 6,
  outputTokens: 12,
  text: ' and so on and so on and so on and so on',
};
const weather = { name: 'get_weather', arguments: '{"city":"Paris"}' };
const look = { model: 'tiny', inputTokens: 6, outputTokens: 12, text: 'Let me look' };
const uncounted = { model: 'tiny', text: hello.text };
const notFound = { message: "model 'nope' not found" };
const crashed = { message: 'an error was encountered while running the model: unexpected EOF' };
const invalid = (route: string) => ({
  type: 'invalid_request_error',
  message: `${route}: Invalid model name passed in model=nope. Call \`/v1/models\` to view available models for your key.`,
});

const stop = { finishReasons: ['stop'] };
const length = { finishReasons: ['length'] };
const completed = { finishReasons: ['completed'] };
const broken = { model: 'tiny-endless', terminal: false };

/** Every file of `test/fixtures/llm`, with what it says; what a row does not name, the response does not say. */
export const RECORDED: readonly Row[] = [
  [
    'ollama-0.17.4/chat-streamed',
    'ollama_chat',
    {
      ...hello,
      ...stop,
      timings: { totalMs: 30.052204, loadMs: 3.234115, promptEvalMs: 0.509851, evalMs: 24.608843 },
    },
  ],
  ['ollama-0.17.4/chat', 'ollama_chat', { ...hello, ...stop }],
  ['ollama-0.17.4/chat-length-streamed', 'ollama_chat', { ...endless, ...length }],
  ['ollama-0.17.4/chat-thinking-streamed', 'ollama_chat', { ...thoughtful, ...stop }],
  ['ollama-0.17.4/chat-thinking', 'ollama_chat', { ...thoughtful, ...stop }],
  [
    'ollama-0.17.4/chat-tools-streamed',
    'ollama_chat',
    { ...look, ...stop, toolCalls: [{ ...weather, id: 'call_3766p7qz' }] },
  ],
  ['ollama-0.17.4/chat-tools', 'ollama_chat', { ...look, ...stop, toolCalls: [{ ...weather, id: 'call_sl0hc9yv' }] }],
  ['ollama-0.17.4/chat-load', 'ollama_chat', { model: 'tiny', finishReasons: ['load'] }],
  ['ollama-0.17.4/chat-unknown-model', 'ollama_chat', { error: notFound }],
  ['ollama-0.17.4/chat-client-left', 'ollama_chat', { ...broken, text: ' and so on and so' }],
  ['ollama-0.17.4/chat-runner-killed', 'ollama_chat', { ...broken, text: ' and so', error: crashed }],
  ['ollama-0.17.4/generate-streamed', 'ollama_generate', { ...hello, ...stop }],
  ['ollama-0.17.4/generate', 'ollama_generate', { ...hello, ...stop }],
  ['ollama-0.17.4/generate-raw-streamed', 'ollama_generate', { ...endless, ...length, model: 'tiny', inputTokens: 3 }],
  ['ollama-0.17.4/generate-unknown-model', 'ollama_generate', { error: notFound }],
  ['ollama-0.17.4/generate-runner-killed', 'ollama_generate', { ...broken, text: ' and so', error: crashed }],
  [
    'ollama-0.17.4/embed',
    'ollama_embed',
    { model: 'tiny', inputTokens: 9, timings: { totalMs: 6.288715, loadMs: 2.037572 } },
  ],
  ['ollama-0.17.4/embeddings', 'ollama_embeddings', {}],
  ['ollama-0.17.4/openai-chat-streamed-usage', 'openai_chat', { ...hello, ...stop, id: 'chatcmpl-71' }],
  ['ollama-0.17.4/openai-chat-streamed', 'openai_chat', { ...uncounted, ...stop }],
  ['ollama-0.17.4/openai-chat', 'openai_chat', { ...hello, ...stop, id: 'chatcmpl-259' }],
  ['ollama-0.17.4/openai-chat-length', 'openai_chat', { ...endless, ...length }],
  ['ollama-0.17.4/openai-chat-thinking-streamed-usage', 'openai_chat', { ...thoughtful, ...stop }],
  [
    'ollama-0.17.4/openai-chat-tools-streamed-usage',
    'openai_chat',
    { ...look, finishReasons: ['tool_calls'], toolCalls: [{ ...weather, id: 'call_a8ubbcx0' }] },
  ],
  [
    'ollama-0.17.4/openai-chat-tools',
    'openai_chat',
    { ...look, finishReasons: ['tool_calls'], toolCalls: [{ ...weather, id: 'call_ueaqyquq' }] },
  ],
  ['ollama-0.17.4/openai-chat-unknown-model', 'openai_chat', { error: { ...notFound, type: 'api_error' } }],
  ['ollama-0.17.4/openai-chat-client-left', 'openai_chat', { ...broken, text: ' and so on and' }],
  ['ollama-0.17.4/openai-chat-runner-killed', 'openai_chat', { ...broken, text: ' and' }],
  ['ollama-0.17.4/openai-completions-streamed-usage', 'openai_completions', { ...hello, ...stop, id: 'cmpl-458' }],
  ['ollama-0.17.4/openai-completions-streamed', 'openai_completions', { ...uncounted, ...stop }],
  ['ollama-0.17.4/openai-completions', 'openai_completions', { ...hello, ...stop }],
  ['ollama-0.17.4/openai-completions-runner-killed', 'openai_completions', { ...broken, text: ' and' }],
  ['ollama-0.17.4/openai-embeddings', 'openai_embeddings', { model: 'tiny', inputTokens: 9 }],
  ['ollama-0.17.4/openai-embeddings-base64', 'openai_embeddings', { model: 'tiny', inputTokens: 3 }],
  ['ollama-0.17.4/openai-responses-streamed', 'openai_responses', { ...hello, ...completed, id: 'resp_502826' }],
  ['ollama-0.17.4/openai-responses', 'openai_responses', { ...hello, ...completed, id: 'resp_293611' }],
  // Its length was reached, and Ollama says "completed" all the same.
  ['ollama-0.17.4/openai-responses-length-streamed', 'openai_responses', { ...endless, ...completed }],
  ['ollama-0.17.4/openai-responses-thinking-streamed', 'openai_responses', { ...thoughtful, ...completed }],
  ['ollama-0.17.4/openai-responses-thinking', 'openai_responses', { ...thoughtful, ...completed }],
  [
    'ollama-0.17.4/openai-responses-tools-streamed',
    'openai_responses',
    { ...look, ...completed, toolCalls: [weather] },
  ],
  ['ollama-0.17.4/openai-responses-unknown-model', 'openai_responses', { error: { ...notFound, type: 'api_error' } }],
  ['ollama-0.17.4/openai-responses-runner-killed', 'openai_responses', { ...broken, text: ' and' }],
  ['ollama-0.17.4/anthropic-streamed', 'anthropic_messages', { ...hello, finishReasons: ['end_turn'] }],
  [
    'ollama-0.17.4/anthropic',
    'anthropic_messages',
    { ...hello, finishReasons: ['end_turn'], id: 'msg_d96e93a59dd4518d415daa13' },
  ],
  ['ollama-0.17.4/anthropic-length-streamed', 'anthropic_messages', { ...endless, finishReasons: ['max_tokens'] }],
  ['ollama-0.17.4/anthropic-thinking-streamed', 'anthropic_messages', { ...thoughtful, finishReasons: ['end_turn'] }],
  [
    'ollama-0.17.4/anthropic-tools-streamed',
    'anthropic_messages',
    { ...look, finishReasons: ['tool_use'], toolCalls: [weather] },
  ],
  [
    'ollama-0.17.4/anthropic-tools',
    'anthropic_messages',
    { ...look, finishReasons: ['tool_use'], toolCalls: [{ ...weather, id: 'call_7janh66p' }] },
  ],
  ['ollama-0.17.4/anthropic-unknown-model', 'anthropic_messages', { error: { ...notFound, type: 'not_found_error' } }],
  // Its `message_start` guesses 1 token of input where the truth is 6: a stream without an end has no counts.
  ['ollama-0.17.4/anthropic-runner-killed', 'anthropic_messages', { ...broken, text: ' and' }],
  ['litellm-1.106.2/openai-chat-streamed-usage', 'openai_chat', { ...hello, ...stop }],
  ['litellm-1.106.2/openai-chat-streamed', 'openai_chat', { ...uncounted, ...stop }],
  ['litellm-1.106.2/openai-chat', 'openai_chat', { ...hello, ...stop }],
  [
    'litellm-1.106.2/openai-chat-tools-streamed-usage',
    'openai_chat',
    { ...look, finishReasons: ['tool_calls'], toolCalls: [{ ...weather, arguments: '{"city": "Paris"}' }] },
  ],
  ['litellm-1.106.2/openai-chat-unknown-model', 'openai_chat', { error: invalid('/chat/completions') }],
  ['litellm-1.106.2/openai-completions-streamed-usage', 'openai_completions', { ...hello, ...stop }],
  ['litellm-1.106.2/openai-responses-streamed', 'openai_responses', { ...hello, ...completed }],
  ['litellm-1.106.2/openai-responses', 'openai_responses', { ...hello, ...completed }],
  ['litellm-1.106.2/anthropic-streamed', 'anthropic_messages', { ...hello, finishReasons: ['end_turn'] }],
  ['litellm-1.106.2/anthropic', 'anthropic_messages', { ...hello, finishReasons: ['end_turn'] }],
  [
    'litellm-1.106.2/anthropic-tools-streamed',
    'anthropic_messages',
    { ...look, finishReasons: ['tool_use'], toolCalls: [{ ...weather, arguments: '{"city": "Paris"}' }] },
  ],
  ['litellm-1.106.2/anthropic-unknown-model', 'anthropic_messages', { error: invalid('anthropic_messages') }],
];
