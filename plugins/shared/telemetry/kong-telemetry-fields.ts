import { field, type ConfigOf } from '../../../kong/pdk';

interface Defaults {
  readonly projectName: string;
  readonly serviceName: string;
}

/** The fields of one collector, besides its address. */
const exporterFields = {
  otlp_protocol: field.string({
    description: 'The encoding of OTLP over HTTP. Phoenix accepts http/protobuf only.',
    one_of: ['http/protobuf', 'http/json'],
    default: 'http/protobuf',
  }),
  otlp_headers: field.map(
    field.string({ description: 'The value of the header; may be a vault reference.', referenceable: true }),
    {
      description:
        'Headers that are sent with the spans, such as authorization or api_key; values may be vault references. They override the headers of the plugin and of OTEL_EXPORTER_OTLP_HEADERS.',
      default: {},
    },
  ),
  otlp_compression: field.string({
    description: 'The compression of the batches of spans.',
    one_of: ['gzip', 'none'],
    default: 'gzip',
  }),
  otlp_timeout: field.integer({
    description:
      'The time in milliseconds within which a batch must be exported, retries included; after that it is dropped.',
    default: 5000,
    between: [100, 60_000],
  }),
};

/** The config fields of both telemetry plugins: where spans are sent, their names, and the bounds. */
export const telemetryFields = ({ projectName, serviceName }: Defaults) => ({
  otlp_url: field.string({
    description:
      'The URL to which spans are sent, used unchanged. If unset, the environment of the plugin server is used: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT unchanged, else OTEL_EXPORTER_OTLP_ENDPOINT with /v1/traces appended, else http://localhost:8000/phoenix/v1/traces.',
    len_min: 1,
    referenceable: true,
  }),
  ...exporterFields,
  exporters: field.array(
    field.record(
      {
        otlp_url: field.string({
          description: 'The URL to which spans are sent, used unchanged.',
          required: true,
          len_min: 1,
          referenceable: true,
        }),
        ...exporterFields,
        project_name: field.string({ description: 'The project in Phoenix; default: project_name.', len_min: 1 }),
      },
      { description: 'An additional collector.' },
    ),
    {
      description: 'Additional collectors that receive every span too, each with its own queue.',
      default: [],
      len_max: 8,
    },
  ),
  project_name: field.string({
    description: 'The project in Phoenix to which the spans belong.',
    default: projectName,
    len_min: 1,
  }),
  project_source: field.string({
    description:
      "What sets the project of a span: project_name (config), the name of Kong's service (service), or a request header (header), which only trusted clients should be able to set. If the source has no valid name, project_name is used.",
    one_of: ['config', 'service', 'header'],
    default: 'config',
  }),
  project_header: field.string({
    description: 'With project_source: header: the request header with the name of the project.',
    default: 'x-project-name',
    len_min: 1,
  }),
  max_projects: field.integer({
    description:
      'The maximum number of projects that services or headers can create; spans of any other project go to project_name.',
    default: 20,
    between: [1, 200],
  }),
  service_name: field.string({
    description: 'The resource attribute service.name of the spans.',
    default: serviceName,
    len_min: 1,
  }),
  service_version: field.string({
    description: 'The resource attribute service.version of the spans; default: the version of the suite.',
  }),
  environment: field.string({
    description: 'The resource attribute deployment.environment.name of the spans.',
    default: 'development',
    len_min: 1,
  }),
  session_ids: field.string({
    description:
      'How session ids are written to spans and logs: as a keyed hash (hashed), unchanged (plain) or not at all (none). Anyone who can read the plain id of an MCP session can take over the session.',
    one_of: ['hashed', 'plain', 'none'],
    default: 'hashed',
  }),
  session_key: field.string({
    description:
      'The key of the hash, at least 16 characters; may be a vault reference. Set the same key on all nodes to get the same hash for a session. If unset: KONG_AI_SESSION_KEY in the environment of the plugin server, else a random key per process.',
    len_min: 16,
    referenceable: true,
    encrypted: true,
  }),
  sample_rate: field.number({
    description: 'The share of traces that is exported, from 0 to 1, decided by trace id. Metrics count every request.',
    default: 1,
    between: [0, 1],
  }),
  parent: field.string({
    description:
      "The parent of a span: the traceparent that the upstream received (kong), only a traceparent that the client sent (client), or no parent (none). Use none if clients send a traceparent but export no spans, and client if Kong's own spans are not exported.",
    one_of: ['kong', 'client', 'none'],
    default: 'kong',
  }),
  propagate: field.boolean({
    description:
      'Send the upstream a traceparent with the id of the span, so that its own spans become children. Needs the access phase (dump --for).',
    default: false,
  }),
  track_open_streams: field.boolean({
    description: 'Count streams in a gauge while they are open. Needs the access phase (dump --for).',
    default: false,
  }),
  max_open_streams: field.integer({
    description: 'With track_open_streams: the maximum number of streams that are counted at the same time.',
    default: 10_000,
    between: [1, 1_000_000],
  }),
  forget_streams_after: field.integer({
    description:
      'With track_open_streams: the time in seconds after which a stream counts as closed if its end was not seen, for example because a worker died.',
    default: 86_400,
    between: [1, 2_592_000],
  }),
  log_errors: field.boolean({
    description: 'Write a JSON line to the log of the plugin server for each rejected or failed request.',
    default: true,
  }),
  audit: field.boolean({
    description: 'Write a JSON line to the log of the plugin server for each tool call or model call.',
    default: false,
  }),
  max_log_lines: field.integer({
    description: 'The maximum number of lines per second for rejections and errors; audit lines have no limit.',
    default: 50,
    between: [1, 10_000],
  }),
  max_queue_size: field.integer({
    description: 'The maximum number of spans in the queue; any other span is dropped and counted.',
    default: 2048,
    between: [1, 65_536],
  }),
  max_batch_size: field.integer({
    description: 'The maximum number of spans in a batch.',
    default: 128,
    between: [1, 4096],
  }),
  flush_delay: field.integer({
    description: 'The time in milliseconds for which a span waits for others before its batch is exported.',
    default: 1000,
    between: [10, 60_000],
  }),
  max_buffer_bytes: field.integer({
    description:
      'The maximum number of bytes of a request or response that are buffered while it is parsed, after decompression.',
    default: 262_144,
    between: [4096, 8_388_608],
  }),
  redact_patterns: field.array(
    field.string({
      description: 'A regular expression in RE2 syntax: no lookaround, no backreferences. Each match is replaced.',
      len_min: 1,
    }),
    {
      description:
        'Regular expressions in RE2 syntax (no lookaround, no backreferences) for text to remove from error messages and captured content, in addition to tokens, keys, e-mail addresses and card numbers. Of a match longer than 512 characters only a part may be removed.',
      default: [],
    },
  ),
});

/** The part of a plugin's config that {@link telemetryFields} declares. */
export type TelemetryConfig = ConfigOf<ReturnType<typeof telemetryFields>>;
