import { field, type ConfigOf } from '../../kong/pdk';
import { telemetryFields } from '../shared/telemetry/kong-telemetry-fields';

/** The config of `mcp-telemetry`. */
export const fields = {
  ...telemetryFields({ projectName: 'kong-mcp', serviceName: 'kong-mcp-telemetry' }),
  namespace: field.string({
    description: 'The label namespace of the metrics; default: the name of the route.',
    len_min: 1,
    len_max: 64,
  }),
  capture_tool_args: field.boolean({
    description: 'Write the arguments of tool calls to spans, up to 8 KiB each, after redaction.',
    default: false,
  }),
  capture_tool_results: field.boolean({
    description: 'Write the results of tool calls to spans, up to 8 KiB each, after redaction.',
    default: false,
  }),
  kong_status_url: field.string({
    description:
      "The URL of Kong's Status API (without a database) or Admin API, such as http://kong:9080, to read the health of backends. If unset, the health is derived from the calls.",
    len_min: 1,
  }),
  health_interval: field.integer({
    description: 'With kong_status_url: the time in milliseconds between two reads of the health.',
    default: 10_000,
    between: [100, 3_600_000],
  }),
  report_streams_after: field.integer({
    description:
      'With track_open_streams: the time in seconds after which a span is emitted for a stream that is still open.',
    default: 60,
    between: [1, 86_400],
  }),
  max_deferred: field.integer({
    description:
      'The maximum number of messages that wait for a response on a later stream, for up to 10 minutes; any other message is reported with the status deferred.',
    default: 1000,
    between: [0, 100_000],
  }),
  operation_role: field.string({
    description:
      'The role in the name of the duration metric: mcp_client_operation_duration_seconds (client), mcp_server_operation_duration_seconds (server), or no metric (none). The OpenTelemetry conventions define no role for gateways yet.',
    one_of: ['client', 'server', 'none'],
    default: 'client',
  }),
  consumer_label: field.boolean({
    description:
      'Add the label consumer to mcp_gateway_requests_total: the name of the consumer that Kong authenticated, else _unknown.',
    default: false,
  }),
  max_consumers: field.integer({
    description: 'With consumer_label: the maximum number of consumers that become labels; others become _other.',
    default: 200,
    between: [1, 10_000],
  }),
  rate_limit_user_label: field.boolean({
    description: "Set the gauge mcp_gateway_rate_limit_remaining by the consumer's username, for up to 200 consumers.",
    default: false,
  }),
  max_messages: field.integer({
    description: 'The maximum number of messages of a batch for which spans are emitted; all messages are counted.',
    default: 100,
    between: [1, 1000],
  }),
  max_tools: field.integer({
    description: 'The maximum number of tools of a service that become labels; others become _other.',
    default: 200,
    between: [1, 10_000],
  }),
} as const;

/** The parsed config. */
export type Config = ConfigOf<typeof fields>;

/** The fields that act before the request is sent upstream. */
export const fieldsWithAccess = (config: Config): readonly string[] =>
  (['propagate', 'track_open_streams'] as const).filter((name) => config[name]);
