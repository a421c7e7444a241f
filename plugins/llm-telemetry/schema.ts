import { field, type ConfigOf } from '../../kong/pdk';
import { telemetryFields } from '../shared/telemetry/kong-telemetry-fields';

/** The config of `llm-telemetry`. */
export const fields = {
  ...telemetryFields({ projectName: 'kong-llm', serviceName: 'kong-llm-telemetry' }),
  provider: field.string({
    description: 'The name of the provider, for gen_ai.provider.name.',
    default: 'ollama',
    len_min: 1,
    len_max: 64,
  }),
  span_name_style: field.string({
    description:
      'The names of spans: by operation (guide, such as ollama.chat_streaming) or by operation and model (otel, such as chat llama3.2).',
    one_of: ['guide', 'otel'],
    default: 'guide',
  }),
  guide_attributes: field.boolean({
    description: 'Also write the legacy attributes, such as llm.vendor, llm.model and llm.tokens_input.',
    default: true,
  }),
  capture_content: field.string({
    description:
      'The content of requests and responses in spans: none, the first 200 characters (preview), or up to 8 KiB per message, 64 KiB per span and the last 32 messages (full), after redaction.',
    one_of: ['none', 'preview', 'full'],
    default: 'none',
  }),
  content_format: field.string({
    description: 'The convention for full content. Phoenix displays openinference.',
    one_of: ['openinference', 'otel', 'both'],
    default: 'openinference',
  }),
  capture_tool_args: field.boolean({
    description: 'With full content: also write the arguments of tool calls.',
    default: false,
  }),
  capture_tool_defs: field.boolean({
    description: 'With full content: also write the definitions of the tools in a request.',
    default: false,
  }),
  capture_thinking: field.boolean({
    description: "With full content: also write the model's thinking.",
    default: false,
  }),
  hide_tool_names: field.boolean({
    description: 'Do not write the names of called tools to spans.',
    default: false,
  }),
  estimate_tokens: field.boolean({
    description:
      'Estimate the output tokens of a response without token counts. Estimates have their own attributes and metric.',
    default: false,
  }),
  inject_stream_usage: field.boolean({
    description:
      'Add stream_options.include_usage to streamed OpenAI-compatible requests without stream_options; the client receives an additional last chunk without choices. Needs the access phase (dump --for).',
    default: false,
  }),
  semconv_metrics: field.string({
    description:
      'The names of the GenAI metrics, which change in the OpenTelemetry conventions: of October 2026 (current), of before September 2026 (legacy: gen_ai_client_token_usage and gen_ai_client_operation_*), or both. The dashboards and alerts of this repository use current.',
    one_of: ['current', 'legacy', 'both'],
    default: 'current',
  }),
  legacy_genai_metrics: field.boolean({
    description: 'Deprecated: use semconv_metrics: both.',
    default: false,
  }),
  session_header: field.string({
    description: "The request header with the client's session or conversation id.",
    default: 'x-session-id',
    len_min: 1,
  }),
  user_source: field.string({
    description:
      "The value of user.id: the id of Kong's consumer (consumer_id), its username (consumer_username), or no value (none).",
    one_of: ['consumer_id', 'consumer_username', 'none'],
    default: 'consumer_id',
  }),
  known_models: field.set(field.string({ description: 'The name of a model.', len_min: 1 }), {
    description: 'Models that are used as labels before a call to them has succeeded.',
    default: [],
  }),
  max_models: field.integer({
    description: 'The maximum number of models that become labels; others become _other.',
    default: 50,
    between: [1, 1000],
  }),
  consumer_label: field.boolean({
    description: "Count tokens by the consumer's username in llm_consumer_tokens_total.",
    default: false,
  }),
  max_consumers: field.integer({
    description: 'With consumer_label: the maximum number of consumers that become labels; others become _other.',
    default: 200,
    between: [1, 10_000],
  }),
} as const;

/** The parsed config. */
export type Config = ConfigOf<typeof fields>;

/** The fields that act before the request is sent upstream. */
export const fieldsWithAccess = (config: Config): readonly string[] =>
  (['propagate', 'inject_stream_usage', 'track_open_streams'] as const).filter((name) => config[name]);
