import { field, type ConfigOf } from '../../kong/pdk';
import { telemetryFields } from '../shared/telemetry/kong-telemetry-fields';

/** The config of `mcp-telemetry`. */
export const fields = {
  ...telemetryFields({ projectName: 'kong-mcp', serviceName: 'kong-mcp-telemetry' }),
  namespace: field.string({
    description: "The namespace label of the metrics; the route's name when unset.",
    len_min: 1,
    len_max: 64,
  }),
  capture_tool_args: field.boolean({
    description: 'Write the arguments of tool calls into spans, 8 KiB at most, after the redactors.',
    default: false,
  }),
  capture_tool_results: field.boolean({
    description: 'Write the results of tool calls into spans, 8 KiB at most, after the redactors.',
    default: false,
  }),
  kong_status_url: field.string({
    description:
      "The address of Kong's Status API (without a database) or Admin API, to learn the health of backends from; unset: calls tell it.",
    len_min: 1,
  }),
  health_interval: field.integer({
    description: 'With kong_status_url: milliseconds from one question for health to the next.',
    default: 10_000,
    between: [100, 3_600_000],
  }),
  report_streams_after: field.integer({
    description: 'With track_open_streams: seconds after which a stream that is still open gets a span of its own.',
    default: 60,
    between: [1, 86_400],
  }),
  max_deferred: field.integer({
    description:
      'How many messages whose response a server put off are held until it comes on a later stream, 10 minutes at most; further ones count as deferred.',
    default: 1000,
    between: [0, 100_000],
  }),
  operation_role: field.string({
    description:
      'Which name of the OpenTelemetry conventions the duration of operations has, for they have none for a gateway yet: mcp_client_operation_duration_seconds, or mcp_server_operation_duration_seconds; none leaves it out.',
    one_of: ['client', 'server', 'none'],
    default: 'client',
  }),
  consumer_label: field.boolean({
    description: 'Label mcp_gateway_requests_total with the consumer that Kong authenticated; the others are _unknown.',
    default: false,
  }),
  max_consumers: field.integer({
    description: 'With consumer_label: how many distinct consumers may label metrics; further ones become _other.',
    default: 200,
    between: [1, 10_000],
  }),
  rate_limit_user_label: field.boolean({
    description: "Keep mcp_gateway_rate_limit_remaining by the consumer's username, for 200 consumers at most.",
    default: false,
  }),
  max_messages: field.integer({
    description: 'How many messages of one batch get a span; all are counted.',
    default: 100,
    between: [1, 1000],
  }),
  max_tools: field.integer({
    description: 'How many distinct tools of one service may label metrics; further ones become _other.',
    default: 200,
    between: [1, 10_000],
  }),
} as const;

/** What Kong hands to the plugin. */
export type Config = ConfigOf<typeof fields>;
