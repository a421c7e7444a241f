import { field, type ConfigOf } from '../../kong/pdk';
import { telemetryFields } from '../shared/kong-telemetry-fields';

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
} as const;

export type Config = ConfigOf<typeof fields>;
