import { field } from '../../../kong/pdk';

interface Defaults {
  readonly projectName: string;
  readonly serviceName: string;
}

/** The fields of one collector, beside its address. */
const exporterFields = {
  otlp_protocol: field.string({
    description: 'The encoding of OTLP over HTTP. Phoenix takes http/protobuf only.',
    one_of: ['http/protobuf', 'http/json'],
    default: 'http/protobuf',
  }),
  otlp_headers: field.map(
    field.string({ description: 'The value of the header; may be a vault reference.', referenceable: true }),
    {
      description: 'Headers to send with spans, such as authorization or api_key; a name given here wins.',
      default: {},
    },
  ),
  otlp_compression: field.string({
    description: 'How batches of spans are compressed.',
    one_of: ['gzip', 'none'],
    default: 'gzip',
  }),
  otlp_timeout: field.integer({
    description: 'Milliseconds that one batch may take to be exported, retries included; after that it is dropped.',
    default: 5000,
    between: [100, 60_000],
  }),
};

/** The config fields that both telemetry plugins have: where spans go, under which names, and within which bounds. */
export const telemetryFields = ({ projectName, serviceName }: Defaults) => ({
  otlp_url: field.string({
    description:
      'Where spans are sent, used as it stands. Unset, the environment of the plugin server decides: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it stands, else OTEL_EXPORTER_OTLP_ENDPOINT followed by /v1/traces, else http://localhost:8000/phoenix/v1/traces.',
    len_min: 1,
    referenceable: true,
  }),
  ...exporterFields,
  exporters: field.array(
    field.record(
      {
        otlp_url: field.string({
          description: 'Where spans are sent as well, used as it stands.',
          required: true,
          len_min: 1,
          referenceable: true,
        }),
        ...exporterFields,
        project_name: field.string({ description: 'The project there; that of the plugin when unset.', len_min: 1 }),
      },
      { description: 'A further collector.' },
    ),
    {
      description: 'Further collectors that get every span too, each with a queue of its own.',
      default: [],
      len_max: 8,
    },
  ),
  project_name: field.string({
    description: 'The project in Phoenix that the spans belong to.',
    default: projectName,
    len_min: 1,
  }),
  project_source: field.string({
    description:
      "What names the project of a span: the configuration's project_name, the service's name, or a request header of trusted clients; project_name where that says nothing.",
    one_of: ['config', 'service', 'header'],
    default: 'config',
  }),
  project_header: field.string({
    description: 'The request header that names the project, with project_source header.',
    default: 'x-project-name',
    len_min: 1,
  }),
  max_projects: field.integer({
    description: 'How many projects services or headers may name; spans of further ones go into project_name.',
    default: 20,
    between: [1, 200],
  }),
  service_name: field.string({
    description: 'The service.name of the spans.',
    default: serviceName,
    len_min: 1,
  }),
  service_version: field.string({
    description: "The service.version of the spans; the suite's own version when unset.",
  }),
  environment: field.string({
    description: 'The deployment environment that the spans name.',
    default: 'development',
    len_min: 1,
  }),
  session_ids: field.string({
    description:
      'How the ids of sessions are told of in spans and in the log: as a keyed hash, plain, or not at all. Whoever reads a plain one of MCP can take the session over.',
    one_of: ['hashed', 'plain', 'none'],
    default: 'hashed',
  }),
  session_key: field.string({
    description:
      'The key of the hash, for several nodes to give one session one hash. Unset: KONG_AI_SESSION_KEY of the plugin server, else a random one for the life of the process.',
    len_min: 16,
    referenceable: true,
    encrypted: true,
  }),
  sample_rate: field.number({
    description: 'The share of traces that is kept, from 0 to 1, by trace id. Metrics always count every call.',
    default: 1,
    between: [0, 1],
  }),
  parent: field.string({
    description:
      "What a span hangs under: the traceparent that the upstream got (kong), the client's own only (client), or nothing (none, which also ignores a traceparent in _meta).",
    one_of: ['kong', 'client', 'none'],
    default: 'kong',
  }),
  propagate: field.boolean({
    description:
      'Give the upstream a traceparent that names the span, so that its own spans hang under it. Needs the access phase (dump --with-access).',
    default: false,
  }),
  track_open_streams: field.boolean({
    description: 'Also tell of streams while they are open, by gauges. Needs the access phase (dump --with-access).',
    default: false,
  }),
  max_open_streams: field.integer({
    description: 'How many open streams are counted at a time; further ones are told of when they end.',
    default: 10_000,
    between: [1, 1_000_000],
  }),
  forget_streams_after: field.integer({
    description: 'Seconds after which a stream whose end was never seen counts as closed, as when a worker died.',
    default: 86_400,
    between: [1, 2_592_000],
  }),
  log_errors: field.boolean({
    description: 'Log one structured line for each refusal and each error, to the log of the plugin server.',
    default: true,
  }),
  audit: field.boolean({
    description: 'Log one structured line for each tool call or model call, whatever became of it.',
    default: false,
  }),
  max_log_lines: field.integer({
    description: 'How many lines a second are logged for refusals and errors; lines of an audit are not bounded.',
    default: 50,
    between: [1, 10_000],
  }),
  max_queue_size: field.integer({
    description: 'How many spans may wait to be exported; further ones are dropped and counted.',
    default: 2048,
    between: [1, 65_536],
  }),
  max_batch_size: field.integer({
    description: 'How many spans are exported at once.',
    default: 128,
    between: [1, 4096],
  }),
  flush_delay: field.integer({
    description: 'Milliseconds that a span waits for others before it is exported.',
    default: 1000,
    between: [10, 60_000],
  }),
  max_buffer_bytes: field.integer({
    description: 'How many bytes of one exchange are held while it is read, decompressed; more is counted, not read.',
    default: 262_144,
    between: [4096, 8_388_608],
  }),
  redact_patterns: field.array(
    field.string({
      description:
        'A regular expression in the syntax of RE2: no lookaround, no backreferences. Each match is replaced.',
      len_min: 1,
    }),
    {
      description:
        'Regular expressions of RE2 (no lookaround, no backreferences) for what to take out of error messages and captured content, besides tokens, keys, e-mail addresses and card numbers. A match longer than 512 characters may be found in part.',
      default: [],
    },
  ),
});
