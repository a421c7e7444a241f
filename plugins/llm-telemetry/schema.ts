import { field, type ConfigOf } from '../../kong/pdk';
import { telemetryFields } from '../shared/telemetry/kong-telemetry-fields';

/** The config of `llm-telemetry`. */
export const fields = {
  ...telemetryFields({ projectName: 'kong-llm', serviceName: 'kong-llm-telemetry' }),
  provider: field.string({
    description: 'The name of the provider behind the route, for gen_ai.provider.name.',
    default: 'ollama',
    len_min: 1,
    len_max: 64,
  }),
  span_name_style: field.string({
    description:
      'Span names by operation (guide: ollama.chat_streaming) or by operation and model (otel: chat llama3.2).',
    one_of: ['guide', 'otel'],
    default: 'guide',
  }),
  guide_attributes: field.boolean({
    description: 'Also write the older attribute names, such as llm.model and llm.tokens_input.',
    default: true,
  }),
  capture_content: field.string({
    description:
      'How much of what is asked and answered goes into spans: none, a preview of 200 characters, or full (8 KiB a message, 64 KiB a span).',
    one_of: ['none', 'preview', 'full'],
    default: 'none',
  }),
  content_format: field.string({
    description: 'The convention that full content is written in. Phoenix shows openinference.',
    one_of: ['openinference', 'otel', 'both'],
    default: 'openinference',
  }),
  capture_tool_args: field.boolean({
    description: 'With full content: also the arguments of tool calls.',
    default: false,
  }),
  capture_tool_defs: field.boolean({
    description: 'With full content: also the definitions of the tools that a request offers.',
    default: false,
  }),
  capture_thinking: field.boolean({
    description: "With full content: also the model's thinking.",
    default: false,
  }),
  hide_tool_names: field.boolean({
    description: 'Leave the names of called tools out of spans.',
    default: false,
  }),
  estimate_tokens: field.boolean({
    description: 'Where an answer reports no tokens, write a guess at them, apart from the real counts.',
    default: false,
  }),
  inject_stream_usage: field.boolean({
    description:
      'Ask OpenAI-compatible providers for the tokens of a stream that the client did not ask for; the client gets a last chunk without choices. Needs the access phase (dump --with-access).',
    default: false,
  }),
  semconv_metrics: field.string({
    description:
      'Which names of the GenAI conventions the metrics of model calls have, since the conventions still change: current (October 2026), legacy (as until September 2026: gen_ai_client_token_usage and gen_ai_client_operation_*), or both. The dashboards and alerts here read current.',
    one_of: ['current', 'legacy', 'both'],
    default: 'current',
  }),
  legacy_genai_metrics: field.boolean({
    description: 'Older spelling of semconv_metrics: both.',
    default: false,
  }),
  session_header: field.string({
    description: "The request header that carries the client's session or conversation id.",
    default: 'x-session-id',
    len_min: 1,
  }),
  user_source: field.string({
    description: "What names the user: Kong's consumer_id or consumer_username, or none.",
    one_of: ['consumer_id', 'consumer_username', 'none'],
    default: 'consumer_id',
  }),
  known_models: field.set(field.string({ description: 'The name of a model.', len_min: 1 }), {
    description: 'Models that may label metrics before a call to them has succeeded.',
    default: [],
  }),
  max_models: field.integer({
    description: 'How many distinct models may label metrics; further ones become _other.',
    default: 50,
    between: [1, 1000],
  }),
  consumer_label: field.boolean({
    description: "Keep llm_consumer_tokens_total by the consumer's username.",
    default: false,
  }),
  max_consumers: field.integer({
    description: 'How many distinct consumers label metrics; further ones become _other.',
    default: 200,
    between: [1, 10_000],
  }),
} as const;

/** The parsed config. */
export type Config = ConfigOf<typeof fields>;
